//! Colours of pixels in registers.

/// Registers of pixels. The functions are sound only where the processor has them: inside
/// [`crate::lanes::Registers::run`].
///
/// Every kind says the same to the last bit: products are rounded before they are added.
pub(crate) trait Colours: Copy {
    /// Pixels in a register, at most [`MOST_PIXELS`].
    const PIXELS: usize;
    /// What lies between four corners each: red, green and blue, one pixel after the other, in the first lanes. The
    /// bytes of the upper corners (blue, green, red, twice) are at these offsets from the first, those of the lower ones
    /// `below` bytes on.
    ///
    /// # Safety
    /// There are as many offsets and shares as pixels, and eight bytes can be read from each upper and lower left corner.
    unsafe fn between(from: *const u8, below: usize, offsets: &[i32], right_shares: &[f32], low_shares: &[f32])
    -> Self;
    /// `self * scale + offset`.
    fn scaled(self, scale: f32, offset: f32) -> Self;
}

/// Pixels in the widest register.
pub(crate) const MOST_PIXELS: usize = 4;

/// On any processor.
impl Colours for [f32; 4] {
    const PIXELS: usize = 1;
    #[inline(always)]
    unsafe fn between(
        from: *const u8,
        below: usize,
        offsets: &[i32],
        right_shares: &[f32],
        low_shares: &[f32],
    ) -> Self {
        // SAFETY: the caller's word.
        let ([upper, lower], right_share, low_share) = unsafe {
            let upper = from.add(*offsets.as_ptr() as usize);
            let rows = [upper, upper.add(below)].map(|pair| pair.cast::<[u8; 8]>().read_unaligned());
            (rows, *right_shares.as_ptr(), *low_shares.as_ptr())
        };
        let corner = |bytes: [u8; 8], first: usize| [bytes[first], bytes[first + 1], bytes[first + 2]].map(f32::from);
        mixed([corner(upper, 0), corner(upper, 3), corner(lower, 0), corner(lower, 3)], right_share, low_share)
    }
    #[inline(always)]
    fn scaled(self, scale: f32, offset: f32) -> Self {
        self.map(|value| value * scale + offset)
    }
}

/// What lies between four corners of blue, green and red: upper left, upper right, lower left, lower right.
#[inline(always)]
pub(crate) fn mixed([a, b, c, d]: [[f32; 3]; 4], right_share: f32, low_share: f32) -> [f32; 4] {
    let towards = |from: f32, to: f32, share: f32| from + share * (to - from);
    let colour = |at: usize| towards(towards(a[at], c[at], low_share), towards(b[at], d[at], low_share), right_share);
    [colour(2), colour(1), colour(0), 0.0]
}

// SAFETY, of every block below: the registers are there, by the word of `Registers::run`; pointers and lengths are the
// caller's word.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Colours;

    impl Colours for __m512 {
        const PIXELS: usize = 4;
        #[inline(always)]
        unsafe fn between(
            from: *const u8,
            below: usize,
            offsets: &[i32],
            right_shares: &[f32],
            low_shares: &[f32],
        ) -> Self {
            unsafe {
                let low_shares = _mm512_castps128_ps512(_mm_loadu_ps(low_shares.as_ptr()));
                let right_shares = _mm512_castps128_ps512(_mm_loadu_ps(right_shares.as_ptr()));
                // Two pixels: of each the left and the right corner, and two lanes that mean nothing.
                let two = |at: usize| {
                    let first = from.add(*offsets.as_ptr().add(at) as usize);
                    let second = from.add(*offsets.as_ptr().add(at + 1) as usize);
                    let row = |below: usize| {
                        let pixel = |corners: *const u8| _mm_loadl_epi64(corners.add(below).cast());
                        let both = _mm_unpacklo_epi64(pixel(first), pixel(second));
                        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(both))
                    };
                    let pixel = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
                    let pixel = _mm512_add_epi32(pixel, _mm512_set1_epi32(at as i32));
                    towards(row(0), row(below), _mm512_permutexvar_ps(pixel, low_shares))
                };
                let (pair, other) = (two(0), two(2));
                let left = _mm512_setr_epi32(2, 1, 0, 10, 9, 8, 18, 17, 16, 26, 25, 24, 0, 0, 0, 0);
                let right = _mm512_add_epi32(left, _mm512_set1_epi32(3));
                let pixel = _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3);
                towards(
                    _mm512_permutex2var_ps(pair, left, other),
                    _mm512_permutex2var_ps(pair, right, other),
                    _mm512_permutexvar_ps(pixel, right_shares),
                )
            }
        }
        #[inline(always)]
        fn scaled(self, scale: f32, offset: f32) -> Self {
            unsafe { _mm512_add_ps(_mm512_mul_ps(self, _mm512_set1_ps(scale)), _mm512_set1_ps(offset)) }
        }
    }

    #[inline(always)]
    unsafe fn towards(from: __m512, to: __m512, share: __m512) -> __m512 {
        unsafe { _mm512_add_ps(from, _mm512_mul_ps(share, _mm512_sub_ps(to, from))) }
    }

    impl Colours for __m256 {
        const PIXELS: usize = 2;
        #[inline(always)]
        unsafe fn between(
            from: *const u8,
            below: usize,
            offsets: &[i32],
            right_shares: &[f32],
            low_shares: &[f32],
        ) -> Self {
            unsafe {
                // The left and the right corner, and two lanes that mean nothing.
                let pixel = |at: usize| {
                    let corners = from.add(*offsets.as_ptr().add(at) as usize);
                    let row = |below: usize| {
                        let bytes = _mm_loadl_epi64(corners.add(below).cast());
                        _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes))
                    };
                    towards_256(row(0), row(below), _mm256_set1_ps(*low_shares.as_ptr().add(at)))
                };
                let (first, second) = (pixel(0), pixel(1));
                let of_both = |order: __m256i| {
                    let (first, second) =
                        (_mm256_permutevar8x32_ps(first, order), _mm256_permutevar8x32_ps(second, order));
                    _mm256_blend_ps::<0b11_1000>(first, second)
                };
                let left = of_both(_mm256_setr_epi32(2, 1, 0, 2, 1, 0, 0, 0));
                let right = of_both(_mm256_setr_epi32(5, 4, 3, 5, 4, 3, 0, 0));
                let [a, b] = *right_shares.as_ptr().cast::<[f32; 2]>();
                towards_256(left, right, _mm256_blend_ps::<0b11_1000>(_mm256_set1_ps(a), _mm256_set1_ps(b)))
            }
        }
        #[inline(always)]
        fn scaled(self, scale: f32, offset: f32) -> Self {
            unsafe { _mm256_add_ps(_mm256_mul_ps(self, _mm256_set1_ps(scale)), _mm256_set1_ps(offset)) }
        }
    }

    #[inline(always)]
    unsafe fn towards_256(from: __m256, to: __m256, share: __m256) -> __m256 {
        unsafe { _mm256_add_ps(from, _mm256_mul_ps(share, _mm256_sub_ps(to, from))) }
    }
}
