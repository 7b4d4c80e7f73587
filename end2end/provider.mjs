// A provider of accounts for tests (OpenID Connect), which signs in whoever it was told last: GET /be?who=ADDRESS.
// Prints its address. With the argument "in-id-token" the ID token tells the address, otherwise only who asks for it.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

let who = "";

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "banglaser", client_secret: "a secret of tests", redirect_uris: ["http://here/admin/callback"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: process.argv[2] !== "in-id-token",
    cookies: { keys: ["tests"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified") }),
    }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === "/be") {
      who = url.searchParams.get("who");
      response.end();
    } else if (url.pathname.startsWith("/interaction/")) {
      const { params } = await provider.interactionDetails(request, response);
      const grant = new provider.Grant({ accountId: who, clientId: params.client_id });
      grant.addOIDCScope("openid email");
      const result = { login: { accountId: who }, consent: { grantId: await grant.save() } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else answer(request, response);
  });
  console.log(issuer);
});
