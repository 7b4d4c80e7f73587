//! Which tenant somebody sees who signs in with an account.

use super::{error::LedgerError, ledger::Ledger};

impl Ledger {
    /// Who sees a tenant, by address.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn people(&self, tenant: &str) -> Result<Vec<String>, LedgerError> {
        let text = "SELECT address FROM people WHERE tenant = $1 ORDER BY address";
        let rows: Vec<(String,)> = sqlx::query_as(text)
            .bind(tenant)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.into_iter().map(|(address,)| address).collect())
    }

    /// The tenant that somebody sees.
    ///
    /// # Errors
    /// [`LedgerError::Database`].
    pub async fn tenant_of_person(&self, address: &str) -> Result<Option<String>, LedgerError> {
        let found: Option<(String,)> =
            sqlx::query_as("SELECT tenant FROM people WHERE address = $1")
                .bind(address.to_lowercase())
                .fetch_optional(self.pool())
                .await?;
        Ok(found.map(|(tenant,)| tenant))
    }

    /// Lets somebody see a tenant; `false` where they see one already.
    ///
    /// # Errors
    /// [`LedgerError::NoTenant`], [`LedgerError::NoActor`], [`LedgerError::Database`].
    pub async fn add_person(
        &self,
        by: &str,
        tenant: &str,
        address: &str,
    ) -> Result<bool, LedgerError> {
        self.tenant(tenant).await?;
        let address = address.to_lowercase();
        let (mut acting, _) = self.begin_act(by, "person.add", tenant, &address).await?;
        let added = sqlx::query("INSERT INTO people VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&address)
            .bind(tenant)
            .execute(&mut *acting)
            .await?;
        let is_added = added.rows_affected() > 0;
        if is_added {
            acting.commit().await?;
        }
        Ok(is_added)
    }

    /// Lets somebody see a tenant no more, and ends their sessions.
    ///
    /// # Errors
    /// [`LedgerError::NoActor`], [`LedgerError::Database`].
    pub async fn remove_person(
        &self,
        by: &str,
        tenant: &str,
        address: &str,
    ) -> Result<(), LedgerError> {
        let (mut acting, _) = self.begin_act(by, "person.remove", tenant, address).await?;
        let removed = sqlx::query("DELETE FROM people WHERE address = $1 AND tenant = $2")
            .bind(address)
            .bind(tenant)
            .execute(&mut *acting)
            .await?;
        if removed.rows_affected() > 0 {
            sqlx::query("DELETE FROM sessions WHERE who = $1 AND is_by_provider = 1")
                .bind(address)
                .execute(&mut *acting)
                .await?;
            acting.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{sessions::Session, tenant::Limits, trial::Trial};

    #[tokio::test]
    async fn somebody_sees_one_tenant_until_they_are_removed() {
        for trial in Trial::both("people").await {
            let ledger = &trial.ledger;
            for tenant in ["shop", "school"] {
                let created = ledger.create_tenant("rima", tenant, Limits::default(), 0);
                created.await.expect("created");
            }
            let add = async |tenant| ledger.add_person("rima", tenant, "Arif@example.org").await;
            assert!(add("nobody").await.is_err());
            assert!(add("shop").await.expect("added"));
            assert!(!add("school").await.expect("an answer"), "sees one already");
            let of = async || {
                ledger
                    .tenant_of_person("ARIF@example.org")
                    .await
                    .expect("an answer")
            };
            assert_eq!(of().await.as_deref(), Some("shop"));
            let session = Session {
                who: "arif@example.org".to_owned(),
                tenant: Some("shop".to_owned()),
                is_by_provider: true,
            };
            let secret = ledger.begin_session(&session).await.expect("begun");
            let remove = async |tenant| {
                ledger
                    .remove_person("rima", tenant, "arif@example.org")
                    .await
            };
            remove("school").await.expect("an answer");
            assert_eq!(
                ledger.people("shop").await.expect("people"),
                ["arif@example.org"]
            );
            remove("shop").await.expect("removed");
            assert_eq!(of().await, None);
            assert_eq!(ledger.session(&secret).await.expect("an answer"), None);
        }
    }
}
