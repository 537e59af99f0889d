//! Reading single TOML values, and naming what was found instead.

use toml::de::DeValue;

use super::error::nearest;

pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(super) fn misnamed(found: &str, names: &[&str]) -> String {
    match nearest(found, names.iter().copied()) {
        Some(meant) => format!("has \"{found}\" (did you mean \"{meant}\"?)"),
        None => format!("has \"{found}\""),
    }
}

pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list of another shape",
        DeValue::Table(_) => "a table",
    }
}

pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n as f64),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

pub(super) fn pair(value: &DeValue<'_>) -> Option<(f64, f64)> {
    let DeValue::Array(array) = value else { return None };
    let mut numbers = array.iter().map(|member| number(member.get_ref()));
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Some(first)), Some(Some(second)), None) => Some((first, second)),
        _ => None,
    }
}
