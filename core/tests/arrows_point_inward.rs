//! Which room of the crate may import which, and that no import runs in a circle between the files of `domain`.
//!
//! Read from the source, as `use` and as paths within the code. A path is followed through what modules re-export to the
//! file that defines the item. A module and its own submodules count as one thing: what stands in `account.rs` may name
//! what stands in `account/`, and the other way round. Tests may import what they like.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that does not find what it looks for has failed, as it should"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regex::Regex;

/// A path as a list of names: `["crate", "domain", "Realm"]`.
type Names = Vec<String>;

/// One file of the crate.
struct Source {
    /// Where its module stands below the crate: `["domain", "account", "facts"]`.
    module: Names,
    /// All paths that it names and that begin within the crate.
    paths: Vec<Names>,
    /// By which name it has what it imports.
    imports: BTreeMap<String, Names>,
}

/// What each of these rooms may import beside itself. `door` and what stands above it may import all. `engine` holds the
/// gate and fills the log-in's snapshot, and so names two types of `log_in`.
const MAY_IMPORT: [(&str, &[&str]); 6] = [
    ("domain", &[]),
    ("port", &["domain"]),
    ("engine", &["domain", "port", "error", "log_in"]),
    ("log_in", &["domain", "port", "engine", "error", "post", "upkeep"]),
    ("post", &["domain", "port", "engine", "error", "log_in", "upkeep"]),
    ("upkeep", &["domain", "port", "engine", "error", "log_in", "post"]),
];

#[test]
fn no_room_imports_one_further_out() {
    let crate_ = read_crate();
    let mut wrong = BTreeSet::new();
    for source in crate_.values() {
        let Some(room) = source.module.first() else { continue };
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| name == room) else { continue };
        for path in &source.paths {
            let Some(other) =
                defined_in(&crate_, &source.module, path).and_then(|file| file.first().cloned())
            else {
                continue;
            };
            if other != *room && !allowed.contains(&other.as_str()) {
                wrong.insert(format!("{} imports {}", source.module.join("::"), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_import_runs_in_a_circle_between_the_files_of_domain() {
    let crate_ = read_crate();
    let domain = |module: &Names| module.first().is_some_and(|room| room == "domain");
    let arrows: BTreeMap<&Names, BTreeSet<Names>> = crate_
        .values()
        .filter(|source| domain(&source.module))
        .map(|source| {
            let defined = source.paths.iter().filter_map(|path| defined_in(&crate_, &source.module, path));
            let others = defined.filter(|other| {
                domain(other) && !other.starts_with(&source.module) && !source.module.starts_with(other)
            });
            (&source.module, others.collect())
        })
        .collect();
    assert!(arrows.values().map(BTreeSet::len).sum::<usize>() > 100, "the imports are read at all");
    let mut done = BTreeSet::new();
    for module in arrows.keys() {
        if let Some(circle) = circle_from(module, &arrows, &mut Vec::new(), &mut done) {
            panic!("a circle of imports: {}", circle.join(" -> "));
        }
    }
}

/// The first circle that is reached from a module, as a walk that ends where it began.
fn circle_from(
    module: &Names,
    arrows: &BTreeMap<&Names, BTreeSet<Names>>,
    walk: &mut Vec<Names>,
    done: &mut BTreeSet<Names>,
) -> Option<Names> {
    if let Some(start) = walk.iter().position(|before| before == module) {
        return Some(walk[start..].iter().chain([module]).map(|module| module.join("::")).collect());
    }
    if !done.insert(module.clone()) {
        return None;
    }
    walk.push(module.clone());
    let found = arrows.get(module)?.iter().find_map(|next| circle_from(next, arrows, walk, done));
    walk.pop();
    found
}

/// The module whose file defines what a path means, seen from a module; none for what is not of this crate.
fn defined_in(crate_: &BTreeMap<Names, Source>, from: &[String], path: &[String]) -> Option<Names> {
    let mut module = from.to_vec();
    let mut names = path.iter().peekable();
    while let Some(name) = names.next() {
        match name.as_str() {
            "crate" => module.clear(),
            "self" => {}
            "super" => drop(module.pop()?),
            name => {
                let below = [&module[..], &[name.to_owned()]].concat();
                if crate_.contains_key(&below) {
                    module = below;
                    continue;
                }
                let imported = crate_.get(&module)?.imports.get(name);
                return match imported {
                    Some(import) if matches!(import[0].as_str(), "crate" | "self" | "super") => {
                        let rest = names.cloned();
                        defined_in(crate_, &module, &import.iter().cloned().chain(rest).collect::<Vec<_>>())
                    }
                    Some(_) => None,
                    None => Some(module),
                };
            }
        }
    }
    Some(module)
}

fn read_crate() -> BTreeMap<Names, Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = BTreeMap::new();
    read_folder(&root, &[], &mut sources);
    sources
}

fn read_folder(folder: &Path, module: &[String], sources: &mut BTreeMap<Names, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if matches!(name.as_str(), "tests" | "testing") {
            continue;
        }
        let below = [module, std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            read_folder(&path, &below, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = if matches!(name.as_str(), "mod" | "lib") { module.to_vec() } else { below };
            sources.insert(module.clone(), read_source(module, &fs::read_to_string(&path).unwrap()));
        }
    }
}

fn read_source(module: Names, text: &str) -> Source {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let replaced =
        |text: &str, pattern: &str| Regex::new(pattern).unwrap().replace_all(text, " ").into_owned();
    // Comments, and texts; what is left of a text with quotes in it has no `::` that a path would have.
    let text = replaced(&replaced(text, r"//[^\n]*"), r#""(?:\\.|[^"\\])*""#);
    let uses = Regex::new(r"\buse\s+([^;]+);").unwrap();
    let mut imports = BTreeMap::new();
    let mut paths: Vec<Names> = Vec::new();
    for found in uses.captures_iter(&text) {
        let tree: String = found[1].split_whitespace().collect::<Vec<_>>().join(" ");
        flatten(&[], &tree, &mut |path, name| {
            paths.push(path.clone());
            imports.insert(name, path);
        });
    }
    let rest = uses.replace_all(&text, " ");
    let inline = Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap();
    paths
        .extend(inline.find_iter(&rest).map(|found| found.as_str().split("::").map(str::to_owned).collect()));
    paths.retain(|path| matches!(path[0].as_str(), "crate" | "self" | "super"));
    Source { module, paths, imports }
}

/// Each path of a tree of imports, and the name that it is imported by.
fn flatten(before: &[String], tree: &str, each: &mut impl FnMut(Names, String)) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let group = group.trim_end().strip_suffix('}').unwrap();
        let head = head.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let before: Names = before.iter().cloned().chain(head).collect();
        let (mut depth, mut start) = (0, 0);
        for (at, character) in group.char_indices().chain([(group.len(), ',')]) {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    flatten(&before, &group[start..at], each);
                    start = at + 1;
                }
                _ => {}
            }
        }
    } else if !tree.is_empty() {
        let (path, renamed) = tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name)));
        let names = path.split("::").map(|name| name.trim().to_owned());
        let mut path: Names = before.iter().cloned().chain(names).collect();
        if path.last().is_some_and(|name| name == "self" || name == "*") && path.len() > 1 {
            path.pop();
        }
        let name = renamed.map_or_else(|| path.last().unwrap().clone(), str::to_owned);
        each(path, name);
    }
}
