//! Ranges of angles and polygons in a section.

use std::ops::RangeInclusive;

use hymy_vision::Polygon;
use toml::de::DeValue;

use super::document::Section;
use super::values::{kind, pair};

impl Section<'_, '_> {
    /// Two numbers `[low, high]` in degrees, low below high.
    pub fn degrees(&mut self, key: &'static str, allowed: RangeInclusive<f64>) -> Option<(f32, f32)> {
        let words = format!("[low, high] in degrees, both from {} to {}", allowed.start(), allowed.end());
        self.read(key, &words, |value| match pair(value) {
            // Compared as they are used, so that two bounds which f32 cannot tell apart are refused.
            Some((low, high)) if allowed.contains(&low) && allowed.contains(&high) && (low as f32) < high as f32 => {
                Ok((low as f32, high as f32))
            }
            Some((low, high)) => Err(format!("is [{low}, {high}]")),
            None => Err(format!("is {}", kind(value))),
        })
    }

    /// A polygon: corners `[[x, y], …]` in fractions of the picture.
    pub fn polygon(&mut self, key: &'static str) -> Option<Polygon> {
        let words = "at least 3 corners [[x, y], …], each from 0 to 1, origin at the top left of the picture";
        self.read(key, words, |value| {
            let DeValue::Array(array) = value else { return Err(format!("is {}", kind(value))) };
            let mut corners = Vec::new();
            for (index, corner) in array.iter().enumerate() {
                match pair(corner.get_ref()) {
                    Some((x, y)) => corners.push((x as f32, y as f32)),
                    None => return Err(format!("corner {index} is {}, not two numbers", kind(corner.get_ref()))),
                }
            }
            Polygon::new(corners).map_err(|error| error.to_string())
        })
    }
}
