//! How a page looks: at either width, by day and by night, to eyes and to axe-core.

use std::path::PathBuf;

use serde_json::json;

use crate::chromium::Browser;

/// A narrow telephone's width and a desk's, in CSS pixels.
const WIDTHS: [(u32, u32); 2] = [(320, 960), (1_200, 800)];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Says what axe-core finds wrong, and by how many of its rules something is right.
const AXE: &str = "const told = arguments[arguments.length - 1];
    axe.run(document).then(
        (found) => told({
            wrong: found.violations.map((rule) => [rule.id, rule.help, rule.nodes.map((node) => node.html)]),
            unsure: found.incomplete.map((rule) => [rule.id, rule.help, rule.nodes.map((node) => node.html)]),
            right: found.passes.length,
        }),
        (error) => told({ failed: String(error) }),
    );";

impl Browser {
    /// Checks that the page with this heading is shown, that nothing of it needs sideways scrolling, and that axe-core
    /// finds nothing, whatever the width and the scheme.
    pub(crate) async fn shows(&self, heading: &str) {
        assert_eq!(self.texts("h1").await, [heading], "{}", self.driver.source().await.unwrap());
        self.driver.execute(self.tools.axe.as_str(), Vec::new()).await.unwrap();
        for (width, height) in WIDTHS {
            for scheme in SCHEMES {
                self.look(width, height, scheme).await;
                let seen = format!("{heading:?} at {width} px, {scheme}");
                assert_eq!(self.value("window.innerWidth").await, json!(width));
                let sideways =
                    "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth";
                assert_eq!(self.value(sideways).await, json!(0), "{seen} scrolls sideways");
                let is_dark = self.value("matchMedia('(prefers-color-scheme: dark)').matches").await;
                assert_eq!(is_dark, json!(scheme == "dark"));
                let found = self.driver.execute_async(AXE, Vec::new()).await.unwrap().json().clone();
                assert_eq!(
                    (&found["wrong"], &found["unsure"]),
                    (&json!([]), &json!([])),
                    "{seen}: {found:#}"
                );
                assert!(found["right"].as_u64().is_some_and(|rules| rules >= 10), "{seen}: {found:#}");
                self.picture(heading, width, scheme).await;
            }
        }
    }

    async fn look(&self, width: u32, height: u32, scheme: &str) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", screen).await;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.chromium("Emulation.setEmulatedMedia", media).await;
    }

    async fn picture(&self, heading: &str, width: u32, scheme: &str) {
        let Some(folder) = std::env::var_os("ACCOUNTABLE_PICTURES").map(PathBuf::from) else { return };
        let wrong = self.value("document.querySelectorAll('.error').length").await == 0;
        let wrong = if wrong { "" } else { " (error)" };
        self.driver.screenshot(&folder.join(format!("{heading}{wrong} {width} {scheme}.png"))).await.unwrap();
    }
}
