//! What the section `http` says, as the parts of a server.

use std::path::Path;

use accountable_core::port::{Clock, Entropy};
use accountable_http::{
    Connections, Guard, Limits, WebOrigins,
    auth::{BearerKeys, NcpSignatures},
    origin::Proxies,
    profile::{data_forest, payway, webconnect},
};
use accountable_system::secrets_from_file;

use super::{
    super::{LARGEST, SettingsError, written},
    ConnectionSettings, DataForestSettings, HttpSettings, LimitSettings, PaywaySettings, ProxyHeader,
    ProxySettings, WebConnectSettings,
};

impl HttpSettings {
    /// The guard to stand around each router: limits, proxies and web origins.
    ///
    /// # Errors
    /// [`SettingsError::WebOrigin`].
    pub fn guard(&self, entropy: impl Entropy) -> Result<Guard, SettingsError> {
        let web = WebOrigins::of(self.web_origins.iter().map(String::as_str))?;
        let guard = Guard::new(self.limits.build(), entropy);
        Ok(guard.with_proxies(self.proxies.build()).with_web_origins(web))
    }

    /// Who may call by a bearer key, as the file says.
    ///
    /// # Errors
    /// [`SettingsError::File`], [`SettingsError::TooLarge`], [`SettingsError::BearerKeys`].
    pub fn bearer_keys(&self) -> Result<BearerKeys, SettingsError> {
        let path: &Path = &self.bearer_keys_file;
        let text = written::text_of(path, LARGEST)?;
        BearerKeys::from_toml(&text)
            .map_err(|source| SettingsError::BearerKeys { path: path.to_owned(), source })
    }

    /// Who may call by a signature, as the file says. Only its owner may have access to it: there are secrets in it.
    ///
    /// # Errors
    /// [`SettingsError::NcpKeyFile`], [`SettingsError::NcpKeys`].
    pub fn ncp_signatures(&self, clock: impl Clock) -> Result<NcpSignatures, SettingsError> {
        let text = secrets_from_file(&self.ncp_keys_file).map_err(SettingsError::NcpKeyFile)?;
        NcpSignatures::from_toml(clock, &text)
            .map_err(|source| SettingsError::NcpKeys { path: self.ncp_keys_file.clone(), source })
    }

    /// The path that those of the contracts begin with.
    ///
    /// # Errors
    /// [`SettingsError::BasePath`].
    pub fn base_path(&self) -> Result<&str, SettingsError> {
        webconnect::Options::default().with_base(&self.base_path)?;
        Ok(&self.base_path)
    }

    /// The options of WebConnect, below the base path.
    ///
    /// # Errors
    /// [`SettingsError::BasePath`].
    pub fn webconnect_options(&self) -> Result<webconnect::Options, SettingsError> {
        let WebConnectSettings {
            enabled: _,
            limit,
            show_every_address_as_verified,
            refuse_digits_in_group_names,
            erase_at_once,
        } = self.webconnect;
        let base = format!("{}/api/v2", self.base_path()?);
        let mut options = webconnect::Options::default().with_base(&base)?.with_limit(limit);
        if show_every_address_as_verified {
            options = options.showing_every_address_as_verified();
        }
        if refuse_digits_in_group_names {
            options = options.refusing_digits_in_group_names();
        }
        if erase_at_once {
            options = options.erasing_at_once();
        }
        Ok(options)
    }
}

impl LimitSettings {
    /// The limits.
    #[must_use]
    pub fn build(&self) -> Limits {
        Limits::default()
            .with_body(self.body.get())
            .with_body_time(self.body_time)
            .with_call_time(self.call_time)
            .with_calls_at_once(self.calls_at_once.get())
    }
}

impl ConnectionSettings {
    /// The bounds of connections.
    #[must_use]
    pub fn build(&self) -> Connections {
        Connections::default()
            .with_at_once(self.at_once.get())
            .with_head_time(self.head_time)
            .with_lifetime(self.lifetime)
            .with_drain(self.drain)
    }
}

impl ProxySettings {
    /// The proxies.
    #[must_use]
    pub fn build(&self) -> Proxies {
        let networks = self.networks.iter().copied();
        match self.header {
            _ if self.networks.is_empty() => Proxies::none(),
            ProxyHeader::XForwardedFor => Proxies::x_forwarded_for(networks),
            ProxyHeader::Forwarded => Proxies::forwarded(networks),
        }
    }
}

impl DataForestSettings {
    /// The options of Data Forest.
    #[must_use]
    pub fn options(&self) -> data_forest::Options {
        let options = data_forest::Options::default().with_longest_list(self.longest_list);
        if self.echo_refused_passwords { options.echoing_refused_passwords() } else { options }
    }
}

impl PaywaySettings {
    /// The options of Payway.
    #[must_use]
    pub fn options(&self) -> payway::Options {
        let options = payway::Options::default();
        if self.strict { options.strict() } else { options }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use accountable_core::domain::Origin;

    use super::*;
    use crate::Settings;

    #[test]
    fn the_defaults_are_those_of_the_parts() {
        let http = HttpSettings::default();
        assert_eq!(http.limits.build(), Limits::default());
        assert_eq!(http.connections.build(), Connections::default());
        let options = http.webconnect_options().unwrap();
        assert_eq!(options.base(), webconnect::Options::default().base());
    }

    #[test]
    fn a_proxy_is_believed_where_it_is_named() {
        let origin = |settings: &str| {
            let settings = Settings::from_toml(settings).unwrap();
            let mut headers = axum::http::HeaderMap::new();
            headers.insert("forwarded", "for=192.0.2.7".parse().unwrap());
            settings.http.proxies.build().origin("10.0.0.1".parse().ok(), &headers)
        };
        let at = |ip: &str| Origin::Ip(ip.parse().unwrap());
        assert_eq!(origin(""), at("10.0.0.1"));
        let networks = "[http.proxies]\nnetworks = [\"10.0.0.0/8\"]\n";
        assert_eq!(origin(&format!("{networks}header = \"forwarded\"")), at("192.0.2.7"));
    }

    #[test]
    fn files_are_looked_for_beside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[mail]\nfolder = \"outbox\"\n").unwrap();
        let settings = Settings::from_file(&path).unwrap();
        assert_eq!(settings.mail.folder, Some(folder.path().join("outbox")));
        let missing = settings.http.bearer_keys().unwrap_err().to_string();
        assert!(missing.contains(&folder.path().join("bearer-keys.toml").display().to_string()), "{missing}");
        fs::write(folder.path().join("bearer-keys.toml"), "[[keys]]\nid = \"secret\"").unwrap();
        let broken = settings.http.bearer_keys().unwrap_err();
        assert!(broken.to_string().starts_with("http.bearer_keys_file: no keys in"), "{broken}");
        assert!(!format!("{broken:?}").contains("secret"), "{broken:?}");
    }
}
