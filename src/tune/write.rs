//! The configuration with the setting that was taken: only what differs is changed, what is there stays as it is, and
//! a comment before each changed line says why.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, Value, value};

use crate::config::{Config, ConfigError};

/// What lines of these comments begin with, so that the next run takes them away again.
const MARK: &str = "# tuned: ";
/// Comments are wrapped at this many characters.
const WIDTH: usize = 118;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file that was started from has another shape than a configuration's.
    #[error("{}: cannot be edited: {why}", file.display())]
    Shape {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// What would be written has faults.
    #[error(transparent)]
    Faulty(#[from] ConfigError),
}

/// One key that is set to another value.
#[derive(Clone, Debug)]
pub struct Change {
    /// `runtime` or `vision`.
    pub section: &'static str,
    /// The key.
    pub key: &'static str,
    /// Its value.
    pub value: Value,
    /// Why, with figures.
    pub why: String,
}

/// The text of a configuration with these changes, and what is said of all of them at its beginning.
///
/// # Errors
/// [`WriteError`].
pub fn configuration(file: &Path, text: &str, about: &[String], changes: &[Change]) -> Result<String, WriteError> {
    let shape = |why: String| WriteError::Shape { file: file.to_path_buf(), why };
    let unmarked: String = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with(MARK)).collect();
    let mut document: DocumentMut = unmarked.parse().map_err(|error: toml_edit::TomlError| shape(error.to_string()))?;
    for change in changes {
        put(document.as_table_mut(), change).map_err(shape)?;
    }
    let edited = about.iter().map(|about| comment(about)).collect::<String>() + &document.to_string();
    Config::parse(file, &edited)?;
    Ok(edited)
}

fn put(root: &mut Table, change: &Change) -> Result<(), String> {
    let Change { section, key, value: new, why } = change;
    let item = root.entry(section).or_insert_with(|| Item::Table(Table::new()));
    let table =
        item.as_table_mut().ok_or_else(|| format!("{section} is no table of its own; write it as [{section}]"))?;
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(there) => {
            let decor = there.decor().clone();
            *there = new.clone();
            *there.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(new.clone()));
        }
    }
    if let Some(mut name) = table.key_mut(key) {
        let decor = name.leaf_decor_mut();
        let before = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
        decor.set_prefix(before + &comment(why));
    }
    Ok(())
}

/// The text as comment lines.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && MARK.len() + line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &format!("{MARK}{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines + &format!("{MARK}{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIOSK: &str = include_str!("../../configs/kiosk.toml");

    fn changes() -> Vec<Change> {
        let change = |section, key, value: Value, why: &str| Change { section, key, value, why: why.to_owned() };
        vec![
            change("runtime", "threads", Value::from(4), "4 threads take 12.3 ms"),
            change("vision", "objects_hz", Value::from(1.5), "nothing fell by more than 0.004"),
        ]
    }

    fn written(text: &str, changes: &[Change]) -> String {
        configuration(Path::new("k.toml"), text, &["made for 10 frames a second".into()], changes).expect("sound")
    }

    #[test]
    fn only_changed_lines_differ_and_each_says_why() {
        let new = written(KIOSK, &changes());
        let mut wanted = KIOSK.replace("threads = 1\n", "# tuned: 4 threads take 12.3 ms\nthreads = 4\n");
        wanted = wanted.replace("objects_hz = 3.0\n", "# tuned: nothing fell by more than 0.004\nobjects_hz = 1.5\n");
        assert_eq!(new, format!("# tuned: made for 10 frames a second\n{wanted}"));
        let config = Config::parse(Path::new("k.toml"), &new).expect("sound");
        assert_eq!((config.runtime.threads, config.vision.objects_hz), (4, 1.5));
    }

    #[test]
    fn tuning_a_tuned_file_leaves_no_old_reasons() {
        let new = written(&written(KIOSK, &changes()), &[]);
        assert_eq!(new.matches("# tuned: ").count(), 1, "{new}");
        assert!(new.contains("\nthreads = 4\n"), "what was set stays");
    }

    #[test]
    fn comments_behind_a_value_stay_and_missing_sections_are_added() {
        let text = "[kiosk]\ndata_dir = \"/d\"\n[runtime]\nthreads = 2 # two cores\n";
        let new = written(text, &changes());
        assert!(new.contains("# tuned: 4 threads take 12.3 ms\nthreads = 4 # two cores\n"), "{new}");
        assert!(new.contains("[vision]\n# tuned: nothing fell by more than 0.004\nobjects_hz = 1.5\n"), "{new}");
    }

    #[test]
    fn long_reasons_are_wrapped() {
        let lines = comment(&"word ".repeat(60));
        assert!(lines.lines().count() > 2, "{lines}");
        assert!(lines.lines().all(|line| line.starts_with(MARK) && line.chars().count() <= WIDTH), "{lines}");
        assert_eq!(lines.replace(MARK, "").split_whitespace().count(), 60);
    }

    #[test]
    fn what_cannot_be_edited_or_would_be_wrong_is_refused() {
        let file = Path::new("k.toml");
        let inline = "runtime = { threads = 1 }\n[kiosk]\ndata_dir = \"/d\"\n";
        let told = |text, changes: &[Change]| configuration(file, text, &[], changes).expect_err("refused").to_string();
        assert_eq!(
            told(inline, &changes()),
            "k.toml: cannot be edited: runtime is no table of its own; write it as [runtime]"
        );
        assert!(told("no toml", &[]).starts_with("k.toml: cannot be edited"));
        let faulty = Change { section: "runtime", key: "threads", value: Value::from(900), why: String::new() };
        assert!(told(KIOSK, &[faulty]).contains("threads"));
    }
}
