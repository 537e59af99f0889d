//! Vector registers of `f32`, as the processor has them.
//!
//! One generic kernel is compiled for each kind of register.

use std::ptr;

use crate::colours::Colours;

/// A vector register. The functions are sound only where the processor has such registers: inside [`Registers::run`].
pub(crate) trait Lanes: Colours {
    /// Values in a register.
    const COUNT: usize;
    /// # Safety
    /// `COUNT` values can be read from `from`.
    unsafe fn load(from: *const f32) -> Self;
    /// # Safety
    /// `COUNT` values can be written to `to`.
    unsafe fn store(self, to: *mut f32);
    fn splat(value: f32) -> Self;
    /// `self + a * b`.
    fn add_product(self, a: Self, b: Self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
}

/// What is computed, whatever the registers.
pub(crate) trait Kernel {
    fn run<L: Lanes>(self);
}

/// Kinds of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registers {
    /// Sixteen lanes.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Eight lanes.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Four lanes that the compiler maps to what every processor of an architecture has: SSE2, NEON.
    Four,
}

impl Registers {
    /// What this processor has, the widest first.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = [
            std::arch::is_x86_feature_detected!("avx512f").then_some(Self::Avx512),
            (std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"))
                .then_some(Self::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Four])
    }

    /// Values in one of them.
    pub(crate) fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 8,
            Self::Four => 4,
        }
    }

    /// Runs a kernel on the widest.
    pub(crate) fn run_on_widest(kernel: impl Kernel) {
        let widest = Self::available().next().unwrap_or(Self::Four);
        // SAFETY: the processor has them.
        unsafe { widest.run(kernel) };
    }

    /// Runs a kernel on these.
    ///
    /// # Safety
    /// The processor has them: they are of [`Self::available`].
    pub(crate) unsafe fn run(self, kernel: impl Kernel) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the caller's word.
            Self::Avx512 => unsafe { x86::on_avx512(kernel) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the caller's word.
            Self::Avx2 => unsafe { x86::on_avx2(kernel) },
            Self::Four => kernel.run::<[f32; 4]>(),
        }
    }
}

impl Lanes for [f32; 4] {
    const COUNT: usize = 4;
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's word.
        unsafe { ptr::read_unaligned(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's word.
        unsafe { ptr::write_unaligned(to.cast(), self) }
    }
    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; 4]
    }
    #[inline(always)]
    fn add_product(self, a: Self, b: Self) -> Self {
        std::array::from_fn(|i| {
            if cfg!(target_arch = "aarch64") { a[i].mul_add(b[i], self[i]) } else { self[i] + a[i] * b[i] }
        })
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] + other[i])
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        std::array::from_fn(|i| if self[i] > other[i] { self[i] } else { other[i] })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        std::array::from_fn(|i| if self[i] < other[i] { self[i] } else { other[i] })
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Kernel, Lanes};

    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn on_avx512(kernel: impl Kernel) {
        kernel.run::<__m512>();
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) unsafe fn on_avx2(kernel: impl Kernel) {
        kernel.run::<__m256>();
    }

    macro_rules! lanes {
        ($register:ty, $count:literal, $load:ident, $store:ident, $splat:ident, $product:ident, $add:ident, $max:ident, $min:ident) => {
            // SAFETY, of every block: `super::Registers::run` alone runs kernels, where the processor has these registers; the pointers are
            // the caller's word.
            impl Lanes for $register {
                const COUNT: usize = $count;
                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                fn splat(value: f32) -> Self {
                    unsafe { $splat(value) }
                }
                #[inline(always)]
                fn add_product(self, a: Self, b: Self) -> Self {
                    unsafe { $product(a, b, self) }
                }
                #[inline(always)]
                fn plus(self, other: Self) -> Self {
                    unsafe { $add(self, other) }
                }
                #[inline(always)]
                fn max(self, other: Self) -> Self {
                    unsafe { $max(self, other) }
                }
                #[inline(always)]
                fn min(self, other: Self) -> Self {
                    unsafe { $min(self, other) }
                }
            }
        };
    }

    lanes!(
        __m512,
        16,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_set1_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        _mm512_max_ps,
        _mm512_min_ps
    );
    lanes!(
        __m256,
        8,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_set1_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        _mm256_max_ps,
        _mm256_min_ps
    );
}
