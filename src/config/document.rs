//! A TOML document whose keys are declared where they are read.
//!
//! serde stops at the first unknown key or wrong type. Here every key is read by a call that states
//! its name, what is allowed and its default; faults are collected instead of returned, the default
//! stands in, and what nobody asked for is reported as unknown when its section is finished. So one
//! look at a file reports everything that is wrong with it, and no declared key can go unread.

use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::{Fault, nearest, place};
use super::values::{kind, misnamed, number, quoted};

/// A key that some section declared, for the explanation in `configs/kiosk.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The section it stands in.
    pub section: &'static str,
    /// The key.
    pub key: &'static str,
    /// What is allowed, in words.
    pub allowed: String,
}

/// A document being read: its sections not yet asked for, and the faults so far.
pub(super) struct Document<'i> {
    text: &'i str,
    folder: PathBuf,
    sections: Vec<Entry<'i>>,
    asked: Vec<&'static str>,
    faults: Vec<Fault>,
    declared: Vec<Declared>,
}

struct Entry<'i> {
    name: String,
    name_span: Range<usize>,
    value: DeValue<'i>,
    value_span: Range<usize>,
}

fn entries(table: DeTable<'_>) -> Vec<Entry<'_>> {
    table
        .into_iter()
        .map(|(key, value)| Entry {
            name_span: key.span(),
            name: key.into_inner().into_owned(),
            value_span: value.span(),
            value: value.into_inner(),
        })
        .collect()
}

impl<'i> Document<'i> {
    /// Parses the text, keeping what can be kept after a syntax error. Relative paths mean `folder`.
    pub fn parse(text: &'i str, folder: &Path) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut document = Self {
            text,
            folder: folder.to_path_buf(),
            sections: entries(root.into_inner()),
            asked: Vec::new(),
            faults: Vec::new(),
            declared: Vec::new(),
        };
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            document.fault(offset, "syntax", error.message().replace('\n', " "), "TOML", String::new());
        }
        document
    }

    /// Whether there is something of this name that was not read yet.
    pub fn has(&self, name: &str) -> bool {
        self.sections.iter().any(|entry| entry.name == name)
    }

    /// Reads the one table `[name]`; an absent one is read as an empty one.
    pub fn section<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Section<'_, 'i>) -> T) -> T {
        self.asked.push(name);
        let (header, table) = match self.take(name) {
            None => (None, DeTable::new()),
            Some(Entry { name_span, value: DeValue::Table(table), .. }) => (Some(name_span.start), table),
            Some(entry) => {
                let found = format!("is {}", kind(&entry.value));
                self.fault(entry.value_span.start, name, found, &format!("a table [{name}]"), String::new());
                (Some(entry.name_span.start), DeTable::new())
            }
        };
        self.read(name, header, table, read)
    }

    /// Reads every table `[[name]]`.
    pub fn sections<T>(&mut self, name: &'static str, mut read: impl FnMut(&mut Section<'_, 'i>) -> T) -> Vec<T> {
        self.asked.push(name);
        let entry = self.take(name);
        self.members(name, entry, &mut read)
    }

    /// Reads every table of a list; an absent one is read once for its declarations.
    fn members<T>(
        &mut self,
        name: &'static str,
        entry: Option<Entry<'i>>,
        read: &mut impl FnMut(&mut Section<'_, 'i>) -> T,
    ) -> Vec<T> {
        let Some(entry) = entry else {
            // A list without members has no faults.
            let faults = self.faults.len();
            self.read(name, None, DeTable::new(), &mut *read);
            self.faults.truncate(faults);
            return Vec::new();
        };
        let mut members = Vec::new();
        if let DeValue::Array(array) = entry.value {
            for member in array {
                let span = member.span();
                if let DeValue::Table(table) = member.into_inner() {
                    members.push(self.read(name, Some(span.start), table, &mut *read));
                } else {
                    self.fault(span.start, name, "is not a table".into(), &format!("[[{name}]] tables"), String::new());
                }
            }
        } else {
            let found = format!("is {}", kind(&entry.value));
            self.fault(entry.name_span.start, name, found, &format!("[[{name}]], one a member"), String::new());
        }
        members
    }

    /// Reports sections that nobody asked for, and gives the faults in the order of the file.
    pub fn finish(mut self) -> (Vec<Fault>, Vec<Declared>) {
        for entry in std::mem::take(&mut self.sections) {
            let meant = nearest(&entry.name, self.asked.iter().copied());
            let remedy = meant.map_or_else(String::new, |meant| format!("did you mean {meant}?"));
            let allowed = self.asked.join(", ");
            self.fault(entry.name_span.start, &entry.name, "unknown section".into(), &allowed, remedy);
        }
        self.faults.sort_by_key(|fault| (fault.line, fault.column));
        self.declared.dedup();
        (self.faults, self.declared)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        header: Option<usize>,
        table: DeTable<'i>,
        read: impl FnOnce(&mut Section<'_, 'i>) -> T,
    ) -> T {
        let mut section = Section {
            document: self,
            name,
            header,
            entries: entries(table),
            keys: Vec::new(),
            spans: HashMap::new(),
            missing: Vec::new(),
        };
        let value = read(&mut section);
        section.finish();
        value
    }

    fn take(&mut self, name: &str) -> Option<Entry<'i>> {
        let index = self.sections.iter().position(|entry| entry.name == name)?;
        Some(self.sections.remove(index))
    }

    fn fault(&mut self, offset: usize, key: &str, found: String, allowed: &str, remedy: String) {
        let (line, column) = place(self.text, offset);
        self.faults.push(Fault { line, column, key: key.into(), found, allowed: allowed.into(), remedy });
    }
}

/// One table being read. Every getter declares its key.
pub(super) struct Section<'d, 'i> {
    document: &'d mut Document<'i>,
    name: &'static str,
    header: Option<usize>,
    entries: Vec<Entry<'i>>,
    keys: Vec<&'static str>,
    spans: HashMap<&'static str, usize>,
    missing: Vec<(&'static str, String)>,
}

impl<'i> Section<'_, 'i> {
    /// Whether the file has this section at all.
    pub fn present(&self) -> bool {
        self.header.is_some()
    }

    /// A whole number within `allowed`.
    pub fn int(&mut self, key: &'static str, allowed: RangeInclusive<u64>, default: u64) -> u64 {
        let words = format!("a whole number from {} to {}, default {default}", allowed.start(), allowed.end());
        self.read(key, &words, |value| match value {
            DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) if allowed.contains(&number) => Ok(number),
                _ => Err(format!("is {number}")),
            },
            other => Err(format!("is {}", kind(other))),
        })
        .unwrap_or(default)
    }

    /// A number within `allowed`.
    pub fn float(&mut self, key: &'static str, allowed: RangeInclusive<f64>, default: f64) -> f64 {
        let words = format!("a number from {} to {}, default {default}", allowed.start(), allowed.end());
        self.read(key, &words, |value| match number(value) {
            Some(number) if allowed.contains(&number) => Ok(number),
            Some(number) => Err(format!("is {number}")),
            None => Err(format!("is {}", kind(value))),
        })
        .unwrap_or(default)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let words = format!("true or false, default {default}");
        self.read(key, &words, |value| match value {
            DeValue::Boolean(flag) => Ok(*flag),
            other => Err(format!("is {}", kind(other))),
        })
        .unwrap_or(default)
    }

    /// A text that `parse` makes sense of; its error says what was found, without secrets.
    pub fn text<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.read(key, allowed, |value| match value {
            DeValue::String(text) => parse(text),
            other => Err(format!("is {}", kind(other))),
        })
    }

    /// Notes that the key just read has to be there; reported unless a near miss explains it.
    pub fn require<T>(&mut self, key: &'static str, value: Option<T>, allowed: &str) -> Option<T> {
        if value.is_none() && !self.has_fault(key) {
            self.missing.push((key, allowed.to_owned()));
        }
        value
    }

    /// Reports a key that was read and turned out wrong only beside something else.
    pub fn fail(&mut self, key: &'static str, found: String, allowed: &str) {
        let offset = self.spans.get(key).copied().or(self.header).unwrap_or(0);
        self.document.fault(offset, &format!("{}.{key}", self.name), found, allowed, String::new());
    }

    /// A path; a relative one means the folder of the configuration file.
    pub fn path(&mut self, key: &'static str, allowed: &str) -> Option<PathBuf> {
        let folder = self.document.folder.clone();
        self.text(
            key,
            allowed,
            |text| {
                if text.trim().is_empty() { Err("is empty".into()) } else { Ok(folder.join(text)) }
            },
        )
    }

    /// One of a few names.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)], default: T) -> T {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let words = format!("one of {}", quoted(&names));
        self.text(key, &words, |text| {
            choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, choice)| *choice)
                .ok_or_else(|| misnamed(text, &names))
        })
        .unwrap_or(default)
    }

    /// One of a few whole numbers.
    pub fn numbered<T: Copy>(&mut self, key: &'static str, choices: &[(u64, T)], default: T) -> T {
        let numbers: Vec<String> = choices.iter().map(|(number, _)| number.to_string()).collect();
        let words = format!("one of {}", numbers.join(", "));
        self.read(key, &words, |value| match value {
            DeValue::Integer(number) => {
                let read = u64::from_str_radix(number.as_str(), number.radix()).ok();
                let choice = choices.iter().find(|(choice, _)| Some(*choice) == read);
                choice.map(|(_, choice)| *choice).ok_or_else(|| format!("is {number}"))
            }
            other => Err(format!("is {}", kind(other))),
        })
        .unwrap_or(default)
    }

    /// A list of different names, each out of `allowed`.
    pub fn names(&mut self, key: &'static str, allowed: &'static [&'static str]) -> Vec<&'static str> {
        let words = format!("a list out of {}", quoted(allowed));
        self.list(key, &words, |text| {
            allowed.iter().find(|name| **name == text).copied().ok_or_else(|| misnamed(text, allowed))
        })
    }

    /// A list of different texts that `parse` makes sense of; empty without the key.
    pub fn list<T: PartialEq>(
        &mut self,
        key: &'static str,
        allowed: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        self.read(key, allowed, |value| {
            let DeValue::Array(array) = value else { return Err(format!("is {}", kind(value))) };
            let (mut members, mut wrong) = (Vec::new(), Vec::new());
            for member in array {
                match member.get_ref() {
                    DeValue::String(text) => match parse(text) {
                        Ok(parsed) if members.contains(&parsed) => wrong.push(format!("has \"{text}\" twice")),
                        Ok(parsed) => members.push(parsed),
                        Err(found) => wrong.push(found),
                    },
                    other => wrong.push(format!("has {}", kind(other))),
                }
            }
            if wrong.is_empty() { Ok(members) } else { Err(wrong.join(", ")) }
        })
        .unwrap_or_default()
    }

    /// Every table of the list `key`, whose own keys are declared as of `name`.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        name: &'static str,
        mut read: impl FnMut(&mut Section<'_, 'i>) -> T,
    ) -> Vec<T> {
        self.keys.push(key);
        let index = self.entries.iter().position(|entry| entry.name == key);
        let entry = index.map(|index| self.entries.remove(index));
        if let Some(entry) = &entry {
            self.spans.insert(key, entry.value_span.start);
        }
        self.document.members(name, entry, &mut read)
    }

    /// A value that `parse` makes sense of; declares its key.
    pub fn read<T>(
        &mut self,
        key: &'static str,
        allowed: &str,
        parse: impl FnOnce(&DeValue<'i>) -> Result<T, String>,
    ) -> Option<T> {
        self.keys.push(key);
        self.document.declared.push(Declared { section: self.name, key, allowed: allowed.to_owned() });
        let index = self.entries.iter().position(|entry| entry.name == key)?;
        let entry = self.entries.remove(index);
        self.spans.insert(key, entry.value_span.start);
        match parse(&entry.value) {
            Ok(value) => Some(value),
            Err(found) => {
                let name = format!("{}.{key}", self.name);
                self.document.fault(entry.value_span.start, &name, found, allowed, String::new());
                None
            }
        }
    }

    /// Whether a fault of this key has been reported.
    pub fn has_fault(&self, key: &str) -> bool {
        let name = format!("{}.{key}", self.name);
        self.document.faults.iter().any(|fault| fault.key == name)
    }

    fn finish(self) {
        let Self { document, name, header, entries, keys, spans: _, missing } = self;
        let mut explained = Vec::new();
        for entry in entries {
            let meant = nearest(&entry.name, keys.iter().copied());
            explained.extend(meant);
            let remedy = meant.map_or_else(String::new, |meant| format!("did you mean {meant}?"));
            let key = format!("{name}.{}", entry.name);
            document.fault(entry.name_span.start, &key, "unknown key".into(), &keys.join(", "), remedy);
        }
        for (key, allowed) in missing {
            if !explained.contains(&key) {
                let offset = header.unwrap_or(document.text.len());
                let remedy = format!("add it to [{name}]");
                document.fault(offset, &format!("{name}.{key}"), "is missing".into(), &allowed, remedy);
            }
        }
    }
}
