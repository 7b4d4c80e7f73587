//! Who may use a route: asked before its handler runs, and nowhere else.

use std::sync::Arc;

use axum::{
    RequestExt,
    extract::{RawPathParams, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Admin, cookies, routes::Who, trouble::Trouble, viewer::Viewer};

/// Lets in who may, and leaves a [`Viewer`] in the request's extensions where somebody is signed in.
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
    let secret = admin.cookies.read(request.headers(), cookies::SESSION);
    let viewer = signed_in(admin, secret).await?;
    let params = request.extract_parts::<RawPathParams>().await;
    let tenant = params.as_ref().ok().and_then(|params| {
        let mut params = params.iter();
        params.find(|(name, _)| *name == "tenant")
    });
    let tenant = tenant.map(|(_, tenant)| tenant);
    match (who, &viewer) {
        (Who::Anyone, _) => {}
        (_, None) => return Err(Trouble::SignInNeeded),
        (Who::SignedIn, Some(_)) => {}
        (Who::Operator, Some(viewer)) if viewer.is_operator() => {}
        (Who::OfTenant, Some(viewer)) if tenant.is_some_and(|tenant| viewer.sees(tenant)) => {}
        // What somebody may not see is not there.
        (Who::Operator | Who::OfTenant, Some(_)) => return Err(Trouble::NotFound),
    }
    if let Some(viewer) = viewer {
        request.extensions_mut().insert(viewer);
    }
    Ok(())
}

/// Whose session it is, as the browser's secret says, as long as they may still see something.
async fn signed_in(admin: &Admin, secret: Option<String>) -> Result<Option<Viewer>, Trouble> {
    let Some(secret) = secret else {
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
