// One bank's way through, by oauth4webapi alone: discovery, token, resource, introspection, revocation, and a code.
import { readFileSync } from "node:fs";
import * as oauth from "oauth4webapi";

const [issuerText, clientId, keyFile, cookie, redirect] = process.argv.slice(2);
const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(issuerText);
const jwk = JSON.parse(readFileSync(keyFile, "utf8"));
const alg = jwk.kty === "EC" ? { name: "ECDSA", namedCurve: "P-256" } : "Ed25519";
const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, d: jwk.d }, alg, false, ["sign"]);
const as = await oauth.processDiscoveryResponse(
  issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }));
const client = { client_id: clientId };
const auth = oauth.PrivateKeyJwt({ key, kid: jwk.kid });
const proofKeys = await oauth.generateKeyPair("ES256");
const DPoP = oauth.DPoP(client, proofKeys);
const steps = [];

async function withNonce(act) {
  try { return await act(); } catch (fault) {
    if (!oauth.isDPoPNonceError(fault)) throw fault;
    steps.push("nonce");
    return act();
  }
}

const token = await withNonce(async () => oauth.processClientCredentialsResponse(
  as, client, await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams({ scope: "inquiries" }), { DPoP, ...insecure })));
steps.push(`token ${token.token_type} ${token.scope}`);
const resource = await withNonce(() => oauth.protectedResourceRequest(
  token.access_token, "GET", new URL("/v1/quota", issuer), undefined, undefined, { DPoP, ...insecure }));
steps.push(`resource ${resource.status}`);
const said = await oauth.processIntrospectionResponse(
  as, client, await oauth.introspectionRequest(as, client, auth, token.access_token, insecure));
steps.push(`active ${said.active}`);
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token.access_token, insecure));
const gone = await oauth.processIntrospectionResponse(
  as, client, await oauth.introspectionRequest(as, client, auth, token.access_token, insecure));
steps.push(`active ${gone.active}`);

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const parameters = new URLSearchParams({
  response_type: "code", redirect_uri: redirect, scope: "inquiries", state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
});
const pushed = await withNonce(async () => oauth.processPushedAuthorizationResponse(
  as, client, await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP, ...insecure })));
const address = new URL(as.authorization_endpoint);
address.searchParams.set("client_id", clientId);
address.searchParams.set("request_uri", pushed.request_uri);
// The person, as their browser: look at the page, send its form.
const page = await (await fetch(address, { headers: { cookie } })).text();
const csrf = /name="csrf" value="([^"]+)"/.exec(page)[1];
const form = new URLSearchParams({ csrf, client_id: clientId, request_uri: pushed.request_uri, decision: "permit" });
const sent = await fetch(as.authorization_endpoint, {
  method: "POST", body: form, redirect: "manual", headers: { cookie, origin: issuer.origin } });
const back = oauth.validateAuthResponse(as, client, new URL(sent.headers.get("location")), state);
const own = await withNonce(async () => oauth.processAuthorizationCodeResponse(
  as, client, await oauth.authorizationCodeGrantRequest(as, client, auth, back, redirect, verifier, { DPoP, ...insecure })));
steps.push(`code ${own.token_type}`);
const seen = await oauth.validateJwtAccessToken(
  as, await signedRequest(own.access_token), issuerText, { requireDPoP: true, ...insecure });
steps.push(`subject ${seen.sub}`);
console.log(JSON.stringify(steps));

// The token and a proof, as a resource server would get them, for the library to judge.
async function signedRequest(accessToken) {
  let caught;
  await oauth.protectedResourceRequest(accessToken, "GET", new URL("/v1/quota", issuer), undefined, undefined, {
    DPoP, ...insecure, [oauth.customFetch]: async (url, options) => {
      caught = new Request(url, { method: options.method, headers: options.headers });
      return new Response("{}", { status: 200 });
    } });
  return caught;
}
