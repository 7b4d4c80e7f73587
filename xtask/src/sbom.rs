//! `cargo xtask sbom`: what the server and its page are made of, as a CycloneDX document and as a list of licences.
//!
//! Both tell of the crates that are compiled into them, from `cargo metadata`: not of what only builds or tests them.
//! Written by hand, because the libraries for either format switch features of serde_json on that recompile the whole
//! application.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::command::output;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// File of the CycloneDX document.
pub const SBOM: &str = "banglaser.cdx.json";
/// File of the list of licences.
pub const LICENCES: &str = "licences.md";

/// Writes both into `<target>/sbom`.
pub fn sbom(workspace: &Workspace) -> Result<()> {
    let folder = workspace.target_dir.join("sbom");
    fs::create_dir_all(&folder)?;
    let n_crates = write(workspace, &folder)?;
    println!(
        "Wrote {SBOM} and {LICENCES} ({n_crates} crates) into {}",
        folder.display()
    );
    Ok(())
}

/// Writes both into `folder`; returns of how many crates they tell.
pub fn write(workspace: &Workspace, folder: &Path) -> Result<usize> {
    let mut cargo = Toolchain::active().cargo(workspace);
    cargo.args(["metadata", "--format-version", "1", "--locked"]);
    let said =
        output(cargo.args(["--features", "ssr,hydrate"])).context("cargo metadata failed")?;
    let shipped =
        Shipped::of(serde_json::from_str(&said)?).context("cargo's metadata has another form")?;
    fs::write(
        folder.join(SBOM),
        serde_json::to_string_pretty(&shipped.cyclonedx())?,
    )?;
    fs::write(folder.join(LICENCES), shipped.licences())?;
    Ok(shipped.packages.len())
}

/// The application and every crate that is compiled into it, by cargo's id.
struct Shipped {
    application: Value,
    packages: BTreeMap<String, Value>,
    needs: BTreeMap<String, Vec<String>>,
}

impl Shipped {
    fn of(metadata: Value) -> Option<Self> {
        let root = metadata["resolve"]["root"].as_str()?.to_owned();
        let nodes = metadata["resolve"]["nodes"].as_array()?;
        let mut needs: BTreeMap<String, Vec<String>> = nodes
            .iter()
            .map(|node| Some((node["id"].as_str()?.to_owned(), compiled_in(node)?)))
            .collect::<Option<_>>()?;
        let mut reached = BTreeSet::from([root.clone()]);
        let mut open = vec![root.clone()];
        while let Some(id) = open.pop() {
            let needed = needs.get(&id)?.iter().cloned();
            open.extend(needed.filter(|needed| reached.insert(needed.clone())));
        }
        needs.retain(|id, _| reached.contains(id));
        let packages = metadata["packages"].as_array()?.iter();
        let mut packages: BTreeMap<String, Value> = packages
            .map(|package| Some((package["id"].as_str()?.to_owned(), package.clone())))
            .collect::<Option<_>>()?;
        packages.retain(|id, _| reached.contains(id));
        Some(Self {
            application: packages.remove(&root)?,
            packages,
            needs,
        })
    }

    /// CycloneDX 1.5.
    fn cyclonedx(&self) -> Value {
        let components: Vec<_> = self
            .packages
            .values()
            .map(|package| component(package, "library"))
            .collect();
        let dependencies: Vec<_> = self
            .needs
            .iter()
            .map(|(id, needed)| json!({"ref": id, "dependsOn": needed}))
            .collect();
        json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": component(&self.application, "application")},
            "components": components,
            "dependencies": dependencies,
        })
    }

    fn licences(&self) -> String {
        let mut lines = "| crate | version | licence |\n|---|---|---|\n".to_owned();
        for package in self.packages.values() {
            let text = |key: &str| package[key].as_str().unwrap_or("see its files").to_owned();
            lines.push_str(&format!(
                "| {} | {} | {} |\n",
                text("name"),
                text("version"),
                text("license")
            ));
        }
        lines
    }
}

/// Ids of the packages that are compiled into a package: normal dependencies, not those for building and testing.
fn compiled_in(node: &Value) -> Option<Vec<String>> {
    let dependencies = node["deps"].as_array()?.iter().filter(|dependency| {
        let kinds = dependency["dep_kinds"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
    });
    let ids: Option<BTreeSet<String>> = dependencies
        .map(|dependency| Some(dependency["pkg"].as_str()?.to_owned()))
        .collect();
    Some(ids?.into_iter().collect())
}

fn component(package: &Value, kind: &str) -> Value {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let mut component = json!({
        "type": kind,
        "bom-ref": text("id"),
        "name": text("name"),
        "version": text("version"),
        "purl": format!("pkg:cargo/{}@{}", text("name"), text("version").replace('+', "%2B")),
    });
    if let Some(licence) = package["license"].as_str() {
        // An older way of writing OR.
        let expression = licence.replace(" / ", " OR ").replace('/', " OR ");
        component["licenses"] = json!([{ "expression": expression }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_documents_tell_of_what_ships_and_of_nothing_else() {
        let workspace = Workspace::locate().expect("the checkout");
        let folder = workspace.target_dir.join("sbom-test");
        fs::create_dir_all(&folder).expect("writable");
        assert!(write(&workspace, &folder).expect("cargo tells") > 100);
        let text = fs::read_to_string(folder.join(SBOM)).expect("written");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let components = document["components"].as_array().expect("a list");
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        for name in ["audio", "symphonia", "axum", "burn", "leptos"] {
            assert!(has(name), "no {name}");
        }
        for name in ["xtask", "training", "criterion", "proptest"] {
            assert!(!has(name), "{name} does not ship");
        }
        let refs: BTreeSet<_> = components
            .iter()
            .map(|component| &component["bom-ref"])
            .map(Value::to_string)
            .collect();
        assert_eq!(refs.len(), components.len());
        let licences = fs::read_to_string(folder.join(LICENCES)).expect("written");
        assert!(licences.contains("| symphonia | "));
    }
}
