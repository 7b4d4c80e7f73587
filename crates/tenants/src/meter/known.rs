//! Valid keys and their tenants, all of them: a check asks no database, and a key that nobody has costs no more.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::super::{account::Account, tenant::Tenant};

/// What is known, as of one act.
#[derive(Debug, Default)]
pub struct Known {
    version: Option<i64>,
    accounts: HashMap<String, Arc<Account>>,
    keys: HashMap<[u8; 32], Valid>,
    origins: HashSet<String>,
}

#[derive(Debug)]
struct Valid {
    account: Arc<Account>,
    /// `i64::MAX`: never.
    expires_at_ms: i64,
}

impl Known {
    /// Tenants and keys after the act of a number; what was held of a tenant stays held.
    pub fn new(
        version: i64,
        tenants: Vec<Tenant>,
        keys: Vec<(String, String, Option<i64>)>,
        before: &Self,
    ) -> Self {
        let accounts = tenants.into_iter().map(|tenant| {
            let known = before.accounts.get(&tenant.name);
            let account = Account::new(tenant, known.map(Arc::as_ref));
            (account.tenant().name.clone(), Arc::new(account))
        });
        let accounts: HashMap<String, Arc<Account>> = accounts.collect();
        let keys = keys
            .into_iter()
            .filter_map(|(hash, tenant, expires_at_ms)| {
                let account = Arc::clone(accounts.get(&tenant)?);
                let expires_at_ms = expires_at_ms.unwrap_or(i64::MAX);
                let valid = Valid {
                    account,
                    expires_at_ms,
                };
                Some((bytes(&hash)?, valid))
            });
        let origins = accounts.values().flat_map(|account| {
            let tenant = account.tenant();
            let origins = tenant.preferences.cors_origins.iter().cloned();
            origins.take_while(|_| tenant.disabled_at_ms.is_none())
        });
        Self {
            version: Some(version),
            keys: keys.collect(),
            origins: origins.collect(),
            accounts,
        }
    }

    /// The last act that it knows of.
    pub const fn version(&self) -> Option<i64> {
        self.version
    }

    /// Whose key has this hash now.
    pub fn account(&self, hash: &[u8; 32], now_ms: i64) -> Option<Arc<Account>> {
        let valid = self.keys.get(hash)?;
        (now_ms < valid.expires_at_ms).then(|| Arc::clone(&valid.account))
    }

    /// The tenant of a name.
    pub fn named(&self, tenant: &str) -> Option<Arc<Account>> {
        self.accounts.get(tenant).cloned()
    }

    /// Every tenant.
    pub fn all(&self) -> Vec<Arc<Account>> {
        self.accounts.values().cloned().collect()
    }

    /// Whether a tenant has listed it.
    pub fn knows_origin(&self, origin: &str) -> bool {
        self.origins.contains(origin)
    }

    /// How many keys there are.
    pub fn n_keys(&self) -> usize {
        self.keys.len()
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = hex.as_bytes();
    for (byte, digits) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    (digits.len() == 64).then_some(bytes)
}
