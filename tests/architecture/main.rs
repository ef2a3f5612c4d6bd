//! The shape of the tree: names that agree, arrows that point one way, rules that a compiler does not know.

mod cycles;
mod dependencies;
mod features;
mod files;
#[path = "../generate/files.rs"]
mod generated;
mod language;
mod names;
mod packages;
mod page;
mod rules;
