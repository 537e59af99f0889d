//! Memory that is used again and holds nothing of what it held: kernels work on what a camera saw.

/// Room for so many values, all of them 0. What was there is overwritten before the memory is given back.
pub(crate) fn reserve(values: &mut Vec<f32>, length: usize) {
    if length > values.capacity() {
        wipe(values);
    }
    values.clear();
    values.resize(length, 0.0);
}

/// Overwrites everything that was ever there, also beyond the values that are left.
pub(crate) fn wipe(values: &mut Vec<f32>) {
    values.clear();
    values.resize(values.capacity(), 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lay_beyond_a_shorter_use_is_wiped_too() {
        let mut values = vec![7.0; 64];
        reserve(&mut values, 8);
        assert_eq!(values, [0.0; 8]);
        wipe(&mut values);
        assert!(values.len() >= 64 && values.iter().all(|value| *value == 0.0));
        reserve(&mut values, 200);
        assert_eq!(values, [0.0; 200]);
    }
}
