//! The import direction of the page: screens → components → state → api. The Phones page is separate.

use crate::files::sources;

/// The folders of `frontend/src`, each with the other folders that its files may import.
const LAYERS: [(&str, &[&str]); 5] = [
    ("api", &[]),
    ("state", &["api"]),
    ("components", &["api", "state"]),
    ("screens", &["api", "state", "components"]),
    ("phones", &["api", "state", "components"]),
];

/// Returns the folder of `frontend/src` to which a relative import refers, or `None` for the top.
fn imported(path: &str, import: &str) -> Option<String> {
    let mut at: Vec<&str> = path.split('/').collect();
    at.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(at.pop()),
            name => at.push(name),
        }
    }
    match &at[..] {
        ["frontend", "src", folder, _, ..] => Some((*folder).to_owned()),
        _ => None,
    }
}

/// Returns the relative paths that a TypeScript or Svelte file imports.
fn imports(text: &str) -> Vec<&str> {
    let starts = ["from '", "import '", "import('"];
    let found = starts.iter().flat_map(|start| text.split(start).skip(1));
    let paths = found.filter_map(|rest| rest.split('\'').next());
    paths.filter(|path| path.starts_with('.')).collect()
}

#[test]
fn the_page_s_imports_point_one_way() {
    let mut checked = 0;
    for (layer, below) in LAYERS {
        for source in sources(&format!("frontend/src/{layer}"), &[".ts", ".svelte"]) {
            for import in imports(&source.text) {
                let Some(folder) = imported(&source.path, import) else { continue };
                let known = LAYERS.iter().any(|(layer, _)| *layer == folder);
                let allowed = folder == layer || below.contains(&&*folder) || !known;
                assert!(allowed, "{} imports {import}", source.path);
                checked += 1;
            }
        }
    }
    assert!(checked > 200, "only {checked} imports were found");
}

#[test]
fn an_import_is_resolved_to_its_folder() {
    let of = |path: &str, import: &str| imported(path, import);
    let file = "frontend/src/components/thread/Log.svelte";
    assert_eq!(of(file, "../../state/thread").as_deref(), Some("state"));
    assert_eq!(of(file, "./Item.svelte").as_deref(), Some("components"));
    assert_eq!(of(file, "../../strings"), None);
    let text =
        "import { a } from './a';\nimport '../b.css';\nawait import('../c');\nimport x from 'y';";
    assert_eq!(imports(text), ["./a", "../b.css", "../c"]);
}
