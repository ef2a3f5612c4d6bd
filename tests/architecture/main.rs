//! Architecture tests: names, dependencies and other rules that the compiler does not check.

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
