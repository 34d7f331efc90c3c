// The same account by openid-client: discovery, token, resource, introspection, revocation.
import { readFileSync } from "node:fs";
import * as client from "openid-client";

const [issuerText, clientId, keyFile] = process.argv.slice(2);
const jwk = JSON.parse(readFileSync(keyFile, "utf8"));
const alg = jwk.kty === "EC" ? { name: "ECDSA", namedCurve: "P-256" } : "Ed25519";
const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, d: jwk.d }, alg, false, ["sign"]);
const config = await client.discovery(
  new URL(issuerText), clientId, undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }),
  { algorithm: "oauth2", execute: [client.allowInsecureRequests] });
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
const steps = [];
const token = await client.clientCredentialsGrant(config, {}, { DPoP });
steps.push(`token ${token.token_type}`);
const resource = await client.fetchProtectedResource(
  config, token.access_token, new URL("/v1/quota", issuerText), "GET", undefined, undefined, { DPoP });
steps.push(`resource ${resource.status}`);
steps.push(`active ${(await client.tokenIntrospection(config, token.access_token)).active}`);
await client.tokenRevocation(config, token.access_token);
steps.push(`active ${(await client.tokenIntrospection(config, token.access_token)).active}`);
console.log(JSON.stringify(steps));
