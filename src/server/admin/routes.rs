//! Every route of the admin page, with who may use it.

use std::{iter, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, Uri},
    middleware::from_fn_with_state,
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};

use super::{
    Admin, alerts, audit, guard, keys, limits, page, people, provider, reader, sign_in, style,
    tenant, tenant_list, trouble, trouble::Trouble, usage,
};
use crate::{
    i18n::{I18nLocaleTrait, Locale, path},
    server::state::AppState,
};

/// Most bytes of a form.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever asks.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever sees the tenant that the path names: its own people, and operators.
    OfTenant,
    /// Who sees all tenants.
    Operator,
}

/// A route without its language.
struct Route {
    method: Method,
    path: &'static str,
    who: Who,
    run: MethodRouter<Arc<Admin>>,
}

fn of(method: Method, path: &'static str, who: Who, run: MethodRouter<Arc<Admin>>) -> Route {
    Route {
        method,
        path,
        who,
        run,
    }
}

/// The whole list: what is not here is not there.
fn routes() -> Vec<Route> {
    use Who::{Anyone, OfTenant, Operator, SignedIn};
    let tenants = "/admin/tenants";
    let (get_, post_) = (Method::GET, Method::POST);
    let show = |path, who, run| of(get_.clone(), path, who, run);
    let act = |path, who, run| of(post_.clone(), path, who, run);
    vec![
        show("/admin", SignedIn, get(tenant_list::start)),
        show(page::STYLE, Anyone, get(style)),
        show("/admin/sign-in", Anyone, get(sign_in::show)),
        act("/admin/sign-in", Anyone, post(sign_in::with_token)),
        show("/admin/sign-in/provider", Anyone, get(sign_in::to_provider)),
        show(provider::CALLBACK, Anyone, get(sign_in::from_provider)),
        act("/admin/sign-out", Anyone, post(sign_in::out)),
        show(tenants, Operator, get(tenant_list::show)),
        act(tenants, Operator, post(tenant_list::create)),
        show("/admin/tenants/{tenant}", Operator, get(tenant::show)),
        act(
            "/admin/tenants/{tenant}/state",
            Operator,
            post(tenant::set_state),
        ),
        act(
            "/admin/tenants/{tenant}/limits",
            Operator,
            post(limits::save),
        ),
        show("/admin/tenants/{tenant}/keys", OfTenant, get(keys::show)),
        act("/admin/tenants/{tenant}/keys", Operator, post(keys::create)),
        act(
            "/admin/tenants/{tenant}/keys/{key}/rotate",
            Operator,
            post(keys::rotate),
        ),
        act(
            "/admin/tenants/{tenant}/keys/{key}/revoke",
            Operator,
            post(keys::revoke),
        ),
        show("/admin/tenants/{tenant}/usage", OfTenant, get(usage::show)),
        show(
            "/admin/tenants/{tenant}/usage.csv",
            OfTenant,
            get(usage::csv),
        ),
        show(
            "/admin/tenants/{tenant}/alerts",
            OfTenant,
            get(alerts::show),
        ),
        show(
            "/admin/tenants/{tenant}/people",
            Operator,
            get(people::show),
        ),
        act(
            "/admin/tenants/{tenant}/people",
            Operator,
            post(people::add),
        ),
        act(
            "/admin/tenants/{tenant}/people/remove",
            Operator,
            post(people::remove),
        ),
        show("/admin/audit", Operator, get(audit::show)),
    ]
}

/// Every route's method, path and users, for tests that try each.
pub fn listed() -> Vec<(Method, &'static str, Who)> {
    let routes = routes().into_iter();
    routes
        .map(
            |Route {
                 method, path, who, ..
             }| (method, path, who),
        )
        .collect()
}

/// The admin page's routes, also below each language's path.
pub fn router(admin: &Arc<Admin>) -> Router<AppState> {
    let mut router = Router::new();
    let languages = Locale::get_all().iter().map(|&locale| Some(locale));
    let languages: Vec<_> = [None].into_iter().chain(languages).collect();
    for Route {
        method,
        path,
        who,
        run,
    } in routes()
    {
        let guarded = run.layer(from_fn_with_state((Arc::clone(admin), who), guard::admit));
        for &language in &languages {
            let path = path::localized(language, path);
            if method == Method::GET {
                router = router.route(&format!("{path}/"), get(without_slash));
            }
            router = router.route(&path, guarded.clone());
        }
    }
    router
        .method_not_allowed_fallback(nothing)
        .layer(from_fn_with_state(Arc::clone(admin), trouble::as_page))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(Arc::clone(admin))
}

/// Leads to the page without the slash at its end. Every such path begins with ours.
async fn without_slash(uri: Uri) -> Redirect {
    let path = uri.path().trim_end_matches('/');
    Redirect::permanent(&(path.to_owned() + &reader::query(&uri)))
}

/// The nearest page above a form's path, or that path itself, that can be read.
pub fn beside(path: &str) -> &str {
    let routes = routes();
    let is_read = |path: &&str| {
        let mut routes = routes.iter();
        routes.any(|route| route.method == Method::GET && fits(route.path, path))
    };
    let above = |path: &str| path.rfind('/');
    let found = iter::successors(Some(path), |path| Some(&path[..above(path)?])).find(is_read);
    found.unwrap_or("/admin")
}

fn fits(route: &str, path: &str) -> bool {
    let (route, path) = (route.split('/'), path.split('/'));
    route.clone().count() == path.clone().count()
        && route
            .zip(path)
            .all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
}

async fn nothing(_: Request) -> Response {
    Trouble::NotFound.into_response()
}
