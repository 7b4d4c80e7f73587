//! Who may use a route: asked before its handler runs, and nowhere else.

use std::sync::Arc;

use axum::{
    RequestExt,
    extract::{RawPathParams, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Admin, cookies, routes::Who, trouble::Trouble, viewer::Viewer};

/// Lets in who may, and leaves a [`Viewer`] in the request's extensions where somebody has to be signed in. For what is
/// anyone's no database is asked.
pub async fn admit(
    State((admin, who)): State<(Arc<Admin>, Who)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit_or_refuse(&admin, who, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    }
}

async fn admit_or_refuse(admin: &Admin, who: Who, request: &mut Request) -> Result<(), Trouble> {
    if who == Who::Anyone {
        return Ok(());
    }
    let viewer = signed_in(admin, request.headers()).await?;
    let params = request.extract_parts::<RawPathParams>().await;
    let tenant = params.as_ref().ok().and_then(|params| {
        let mut params = params.iter();
        params.find(|(name, _)| *name == "tenant")
    });
    let tenant = tenant.map(|(_, tenant)| tenant);
    let viewer = viewer.ok_or(Trouble::SignInNeeded)?;
    match who {
        Who::Anyone | Who::SignedIn => {}
        Who::Operator if viewer.is_operator() => {}
        Who::OfTenant if tenant.is_some_and(|tenant| viewer.sees(tenant)) => {}
        // What somebody may not see is not there.
        Who::Operator | Who::OfTenant => return Err(Trouble::NotFound),
    }
    request.extensions_mut().insert(viewer);
    Ok(())
}

/// Whose session it is, as the browser's secret says, as long as they may still see something.
pub async fn signed_in(admin: &Admin, headers: &HeaderMap) -> Result<Option<Viewer>, Trouble> {
    let Some(secret) = admin.cookies.read(headers, cookies::SESSION) else {
        return Ok(None);
    };
    let Some(mut session) = admin.ledger.session(&secret).await? else {
        return Ok(None);
    };
    if session.is_by_provider {
        let Some(tenant) = admin.role_of(&session.who).await? else {
            return Ok(None);
        };
        session.tenant = tenant;
    }
    if let Some(tenant) = &session.tenant
        && !admin.is_active(tenant).await?
    {
        return Ok(None);
    }
    Ok(Some(Viewer::new(session, &secret)))
}
