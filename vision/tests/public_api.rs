//! The public interface of this crate, item by item, against `public_api.txt`: whatever else becomes public fails
//! here, and wants a look at whether a pixel could leave through it.
//!
//! The sources are read rather than rustdoc's JSON, which stable Rust does not give. After a look:
//! `HYMY_BLESS=1 cargo test -p hymy-vision --test public_api`.

// A test makes the files that it needs; the ban is for what is shipped.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, TraitItem, Type, UseTree, Visibility};

/// Everything public in the sources, whether or not it can be named from outside.
#[derive(Default)]
struct Sources {
    /// Module path and name of an item, with its lines.
    items: BTreeMap<(String, String), Vec<String>>,
    /// Modules that can be named from outside.
    open: BTreeSet<String>,
    /// Module and name of what `pub use` lifts out of closed modules.
    lifted: BTreeSet<(String, String)>,
    /// Name of a type and a line of one of its implementations.
    impls: Vec<(String, String)>,
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string() == "# [cfg (test)]")
}

/// What of the attributes is part of the interface.
fn kept(attributes: &[Attribute]) -> Vec<Attribute> {
    let kept = ["derive", "cfg", "non_exhaustive", "repr", "deprecated"];
    attributes.iter().filter(|a| kept.iter().any(|name| a.path().is_ident(name))).cloned().collect()
}

fn line(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    let tidy = [" ;", " ,", " ::", ":: ", " <", "< ", " >", "& ", "( ", " )", " (", " :", "# ", "[ ", " ]", " ."];
    for part in tidy {
        text = text.replace(part, part.trim());
    }
    text.replace(">=", "> =").replace("->", " -> ").replace("  ", " ")
}

impl Sources {
    fn read(&mut self, file: &Path, module: &str, open: bool) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if open {
            self.open.insert(module.to_owned());
        }
        let is_root = ["lib.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
        let folder = if is_root { file.parent().unwrap().to_owned() } else { file.with_extension("") };
        self.take(parsed.items, module, open, &folder);
    }

    fn take(&mut self, items: Vec<Item>, module: &str, open: bool, folder: &Path) {
        for item in items {
            self.item(item, module, open, folder);
        }
    }

    fn item(&mut self, item: Item, module: &str, open: bool, folder: &Path) {
        let mut add = |name: String, lines: Vec<String>| {
            self.items.insert((module.to_owned(), name), lines);
        };
        match item {
            Item::Mod(mut inner) if !is_test(&inner.attrs) => {
                let open = open && is_public(&inner.vis);
                let path = format!("{module}::{}", inner.ident);
                let name = inner.ident.to_string();
                if open {
                    inner.attrs = kept(&inner.attrs);
                    let head = inner.attrs.iter().map(line).collect::<String>();
                    add(name.clone(), vec![format!("{head}pub mod {name}")]);
                }
                match inner.content {
                    Some((_, items)) => self.take(items, &path, open, &folder.join(name)),
                    None => self.read(&file_of(folder, &name), &path, open),
                }
            }
            Item::Use(using) if is_public(&using.vis) && open => self.lift(&using.tree, module, Vec::new()),
            Item::Impl(block) if !is_test(&block.attrs) => self.implementation(block),
            Item::Struct(mut item) if is_public(&item.vis) => {
                let hidden = item.fields.iter().any(|field| !is_public(&field.vis));
                match &mut item.fields {
                    Fields::Named(fields) => {
                        fields.named = fields.named.clone().into_iter().filter(|field| is_public(&field.vis)).collect();
                        fields.named.iter_mut().for_each(|field| field.attrs = kept(&field.attrs));
                    }
                    Fields::Unnamed(fields) => {
                        let shown = fields.unnamed.clone().into_iter().filter(|field| is_public(&field.vis));
                        fields.unnamed = shown.collect();
                    }
                    Fields::Unit => {}
                }
                item.attrs = kept(&item.attrs);
                let more = if hidden { " // and private fields" } else { "" };
                add(item.ident.to_string(), vec![format!("{}{more}", line(&item))]);
            }
            Item::Enum(mut item) if is_public(&item.vis) => {
                item.attrs = kept(&item.attrs);
                for variant in &mut item.variants {
                    variant.attrs = kept(&variant.attrs);
                    variant.fields.iter_mut().for_each(|field| field.attrs = kept(&field.attrs));
                }
                add(item.ident.to_string(), vec![line(&item)]);
            }
            Item::Fn(item) if is_public(&item.vis) => {
                add(item.sig.ident.to_string(), vec![format!("pub {}", line(&item.sig))]);
            }
            Item::Const(item) if is_public(&item.vis) => {
                add(item.ident.to_string(), vec![format!("pub const {}: {}", item.ident, line(&item.ty))]);
            }
            Item::Static(item) if is_public(&item.vis) => {
                add(item.ident.to_string(), vec![format!("pub static {}: {}", item.ident, line(&item.ty))]);
            }
            Item::Type(item) if is_public(&item.vis) => {
                add(item.ident.to_string(), vec![format!("pub type {} = {}", item.ident, line(&item.ty))]);
            }
            Item::Trait(mut item) if is_public(&item.vis) => {
                item.attrs = kept(&item.attrs);
                for inner in &mut item.items {
                    if let TraitItem::Fn(function) = inner {
                        function.attrs = kept(&function.attrs);
                        function.default = None;
                    }
                }
                add(item.ident.to_string(), vec![line(&item)]);
            }
            Item::Macro(item) if item.attrs.iter().any(|a| a.path().is_ident("macro_export")) => {
                let name = item.ident.expect("macro_rules! has a name").to_string();
                self.open.insert("macros".to_owned());
                self.items.insert(("macros".to_owned(), name.clone()), vec![format!("macro {name}!")]);
            }
            _ => {}
        }
    }

    fn implementation(&mut self, block: ItemImpl) {
        let Type::Path(of) = &*block.self_ty else { return };
        let name = of.path.segments.last().expect("a path").ident.to_string();
        let generics = line(&block.generics);
        if let Some((of_trait, _)) = &block.trait_ {
            self.impls.push((name, format!("impl{generics} {} for {}", line(of_trait), line(&block.self_ty))));
            return;
        }
        for inner in &block.items {
            let shown = match inner {
                ImplItem::Fn(function) if is_public(&function.vis) && !is_test(&function.attrs) => {
                    let head = kept(&function.attrs).iter().map(line).collect::<String>();
                    format!("{head}pub {}", line(&function.sig))
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    format!("pub const {}: {}", constant.ident, line(&constant.ty))
                }
                _ => continue,
            };
            self.impls.push((name.clone(), format!("impl{generics} {}: {shown}", line(&block.self_ty))));
        }
    }

    /// Takes down what a `pub use` names; its path begins in `module`, in `crate` or in another crate.
    fn lift(&mut self, tree: &UseTree, module: &str, mut path: Vec<String>) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.lift(&part.tree, module, path);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.lift(tree, module, path.clone())),
            UseTree::Name(name) => {
                let from = match path.first().map(String::as_str) {
                    Some("crate") => path.join("::"),
                    Some("self") => format!("{module}::{}", path[1..].join("::")),
                    _ => format!("{module}::{}", path.join("::")),
                };
                self.lifted.insert((from.clone(), name.ident.to_string()));
                let line = vec![format!("pub use {from}::{}", name.ident)];
                self.items.insert((module.to_owned(), name.ident.to_string()), line);
            }
            UseTree::Rename(_) | UseTree::Glob(_) => panic!("{module}: pub use with `as` or `*` hides what is public"),
        }
    }

    /// Every line of the interface, sorted.
    fn interface(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut types = BTreeSet::new();
        for (place, item) in &self.items {
            if self.open.contains(&place.0) || self.lifted.contains(place) {
                types.insert(place.1.as_str());
                lines.extend(item.iter().map(|line| format!("{}: {line}", place.0)));
            }
        }
        let shown = self.impls.iter().filter(|(name, _)| types.contains(name.as_str()));
        lines.extend(shown.map(|(_, line)| line.clone()));
        for (module, name) in &self.lifted {
            let found = self.items.contains_key(&(module.clone(), name.clone()));
            assert!(found, "{module}::{name}: pub use of something that is not of this crate");
        }
        lines.sort();
        lines.dedup();
        lines
    }
}

fn file_of(folder: &Path, module: &str) -> PathBuf {
    let file = folder.join(format!("{module}.rs"));
    if file.is_file() { file } else { folder.join(module).join("mod.rs") }
}

fn interface() -> Vec<String> {
    let mut sources = Sources::default();
    sources.read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"), "crate", true);
    sources.interface()
}

#[test]
fn what_is_public_is_what_was_looked_at() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public_api.txt");
    let found = interface();
    if std::env::var_os("HYMY_BLESS").is_some() {
        fs::write(&file, found.join("\n") + "\n").unwrap();
    }
    let known = fs::read_to_string(&file).unwrap();
    let known: BTreeSet<&str> = known.lines().collect();
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "public_api.txt differs.\nNew: {new:#?}\nGone: {gone:#?}");
}

#[test]
fn nothing_public_holds_a_pixel() {
    let pixels = ["Mat", "Frame", "Tensor", "Array", "ArrayView", "DynamicImage", "ImageBuffer", "RgbImage"];
    let libraries = ["opencv", "ort", "ndarray", "image"];
    let bytes = ["[u8", "Vec<u8", "*const", "*mut"];
    // A model's own bytes, checked against their hash; and why a portrait of the demo could not be decoded.
    let looked_at = ["pub fn verified_bytes", "source: image::ImageError"];
    let interface = interface();
    assert!(interface.len() > 50, "the sources were not read: {interface:#?}");
    for line in interface {
        let mut names = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let found = names.any(|name| pixels.contains(&name) || libraries.contains(&name))
            || bytes.iter().any(|part| line.contains(part));
        assert!(!found || looked_at.iter().any(|known| line.contains(known)), "a pixel could leave through: {line}");
    }
}
