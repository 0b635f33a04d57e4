/** Signing in at an OpenID Connect issuer: the code flow with PKCE, as a public client. The token is kept as a key is. */
import * as oauth from "oauth4webapi";
import { forgetKey, keepKey } from "../relay/key";

export interface SignIn {
  issuer: string;
  clientId: string;
  audience: string;
}

interface Begun {
  verifier: string;
  state: string;
  /** Where in the page the person was. */
  from: string;
}

const BEGUN = "fleetgraph.sign-in";
const SIGNED_OUT_AT = "fleetgraph.sign-out";
const SCOPES = "openid fleetgraph:read fleetgraph:write fleetgraph:admin";
const returnTo = (): string => `${location.origin}/`;

/** Null where nobody signs in. */
export async function readSignIn(): Promise<SignIn | null> {
  const response = await fetch("/sign-in.json");
  return response.ok ? ((await response.json()) as SignIn | null) : null;
}

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { [oauth.allowInsecureRequests]: isLoopback(url) });
  return oauth.processDiscoveryResponse(url, response);
}

const isLoopback = ({ hostname }: URL): boolean => hostname === "127.0.0.1" || hostname === "localhost";

export async function begin({ issuer, clientId, audience }: SignIn): Promise<void> {
  const server = await discover(issuer);
  if (!server.authorization_endpoint) throw new Error("The issuer does not say where to sign in.");
  const begun: Begun = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), from: location.pathname + location.search };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const address = new URL(server.authorization_endpoint);
  const asked = {
    client_id: clientId,
    redirect_uri: returnTo(),
    response_type: "code",
    scope: SCOPES,
    audience,
    state: begun.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  location.assign(address);
}

/** Whether the issuer sent the person back just now. */
export const isReturn = (): boolean => sessionStorage.getItem(BEGUN) !== null && new URLSearchParams(location.search).has("state");

/** Takes the token for the code that stands in the address, and goes on to where the person was. */
export async function finish(): Promise<void> {
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "null") as Begun;
  sessionStorage.removeItem(BEGUN);
  const address = new URL(location.href);
  history.replaceState(null, "", begun.from);
  const signIn = await readSignIn();
  if (!signIn) throw new Error("Nobody signs in here.");
  const server = await discover(signIn.issuer);
  const client = { client_id: signIn.clientId };
  const parameters = oauth.validateAuthResponse(server, client, address, begun.state);
  const options = { [oauth.allowInsecureRequests]: isLoopback(new URL(signIn.issuer)) };
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, returnTo(), begun.verifier, options);
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response);
  sessionStorage.setItem(SIGNED_OUT_AT, server.end_session_endpoint ?? "");
  keepKey(answer.access_token);
}

/** Forgets the key or the token, and signs out at the issuer too where it says how. */
export async function signOut(): Promise<void> {
  const address = sessionStorage.getItem(SIGNED_OUT_AT);
  forgetKey();
  sessionStorage.removeItem(SIGNED_OUT_AT);
  const signIn = address ? await readSignIn() : null;
  if (!address || !signIn) {
    location.reload();
    return;
  }
  const end = new URL(address);
  end.searchParams.set("client_id", signIn.clientId);
  end.searchParams.set("post_logout_redirect_uri", returnTo());
  location.assign(end);
}
