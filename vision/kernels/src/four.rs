//! Four values at once: the colours of a pixel.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Four;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use plain::Four;

/// Every x86-64 has SSE2, so that nothing has to be asked of the processor. The compiler does not find these by itself.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    #[derive(Clone, Copy)]
    pub(crate) struct Four(__m128);

    impl Four {
        #[inline(always)]
        pub(crate) fn of(bytes: [u8; 4]) -> Self {
            // SAFETY: SSE2, which every x86-64 has; nothing but registers is touched.
            unsafe {
                let zero = _mm_setzero_si128();
                let words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(i32::from_le_bytes(bytes)), zero);
                Self(_mm_cvtepi32_ps(_mm_unpacklo_epi16(words, zero)))
            }
        }

        /// `self + share * (other - self)`.
        #[inline(always)]
        pub(crate) fn towards(self, other: Self, share: f32) -> Self {
            // SAFETY: as above.
            unsafe {
                let step = _mm_mul_ps(_mm_set1_ps(share), _mm_sub_ps(other.0, self.0));
                Self(_mm_add_ps(self.0, step))
            }
        }

        #[inline(always)]
        pub(crate) fn scaled(self, scale: f32, offset: f32) -> Self {
            // SAFETY: as above.
            unsafe { Self(_mm_add_ps(_mm_mul_ps(self.0, _mm_set1_ps(scale)), _mm_set1_ps(offset))) }
        }

        /// Red, green, blue of blue, green, red; the fourth stays.
        #[inline(always)]
        pub(crate) fn rgb(self) -> [f32; 4] {
            let mut values = [0.0; 4];
            // SAFETY: as above; four values fit.
            unsafe { _mm_storeu_ps(values.as_mut_ptr(), _mm_shuffle_ps::<0b11_00_01_10>(self.0, self.0)) };
            values
        }
    }
}

/// The same on any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod plain {
    #[derive(Clone, Copy)]
    pub(crate) struct Four([f32; 4]);

    impl Four {
        #[inline(always)]
        pub(crate) fn of(bytes: [u8; 4]) -> Self {
            Self(bytes.map(f32::from))
        }

        #[inline(always)]
        pub(crate) fn towards(self, other: Self, share: f32) -> Self {
            Self(std::array::from_fn(|i| self.0[i] + share * (other.0[i] - self.0[i])))
        }

        #[inline(always)]
        pub(crate) fn scaled(self, scale: f32, offset: f32) -> Self {
            Self(self.0.map(|value| value * scale + offset))
        }

        #[inline(always)]
        pub(crate) fn rgb(self) -> [f32; 4] {
            let [blue, green, red, other] = self.0;
            [red, green, blue, other]
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{plain, x86};

    #[test]
    fn registers_say_the_same_as_plain_numbers_to_the_last_bit() {
        for seed in 0u32..1_000 {
            let bytes = |by: u32| seed.wrapping_mul(by).wrapping_add(by >> 3).to_be_bytes();
            let (one, other, share) = (bytes(2_654_435_761), bytes(1_597_334_677), seed as f32 / 999.0);
            let registers = x86::Four::of(one).towards(x86::Four::of(other), share).scaled(2.0 / 255.0, -1.0).rgb();
            let numbers = plain::Four::of(one).towards(plain::Four::of(other), share).scaled(2.0 / 255.0, -1.0).rgb();
            assert_eq!(registers.map(f32::to_bits), numbers.map(f32::to_bits), "{seed}");
        }
    }
}
