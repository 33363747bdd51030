"use strict";
// Solves the sum that the sign-up form asks for while very many sign up: PBKDF2 of a number that must be found, as the
// Python library altcha makes and checks it. Without this script the form works too; its letter waits for its turn.
const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function derived(parameters, counter) {
  const nonce = bytes(parameters.nonce);
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  new DataView(password.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(parameters.salt), iterations: parameters.cost };
  return hex(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
}

async function solve(field) {
  const challenge = JSON.parse(field.dataset.challenge);
  for (let counter = 0; counter < 100000; counter += 1) {
    const derivedKey = await derived(challenge.parameters, counter);
    if (derivedKey.startsWith(challenge.parameters.keyPrefix)) {
      field.value = btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
      return;
    }
  }
}

const field = document.querySelector("[data-challenge]");
// A browser does sums like this only on a page that came by HTTPS, or from this machine.
if (field && globalThis.crypto?.subtle) {
  const [wait, done] = ["wait", "done"].map((name) => document.querySelector(`[data-proof="${name}"]`));
  const solved = solve(field).then(() => {
    wait.hidden = true;
    done.hidden = false;
  });
  let isWaiting = false;
  field.form.addEventListener("submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    if (isWaiting) return;
    isWaiting = true;
    solved.finally(() => field.form.submit());
  });
}
