/** `npm run test:browser`: the public pages, the snippet and the console in a real Chromium (Debian's, or the one named by CHROMIUM). */
import { startSandbox } from "../sandbox/server.ts";
import { openChromium } from "./browser/chromium.ts";
import { checkConsole } from "./browser/console.ts";
import { checkFirstVisit } from "./browser/console-journey.ts";
import { checkEmptyScreens, checkVeryFirstVisit } from "./browser/first-visit.ts";
import { checkEventPanel } from "./browser/event-panel.ts";
import { checkLateForms } from "./browser/late-forms.ts";
import { checkPinAttacks } from "./browser/pin-attacks.ts";
import { checkPinPage } from "./browser/pin-page.ts";
import { checkSnippet } from "./browser/snippet.ts";
import { checkWorkedJourneys } from "./browser/worked-journeys.ts";
import { castOf } from "./demo/cast.ts";
import { DEMO_VARS, demoDocument } from "./demo/config.ts";
import { newStage, request } from "./demo/stage.ts";
import { playStory } from "./demo/story.ts";
import { newTeller } from "./demo/teller.ts";
import { newMortalServer } from "./kill/server.ts";

const sandbox = await startSandbox();
const server = await newMortalServer(DEMO_VARS);
const browser = await openChromium();
const stage = newStage({
  gateway: server.url,
  sandbox: sandbox.url,
  adminToken: server.adminToken,
  cast: castOf(0),
  teller: newTeller((text) => process.stdout.write(text), process.stdout.isTTY),
});
try {
  await server.start();
  await request(stage, { method: "PUT", path: "/v1/config", proof: "operator", json: demoDocument(sandbox.url) });
  await checkPinPage(stage, browser);
  await checkPinAttacks(stage, browser);
  await checkSnippet(stage, browser);
  await playStory({ ...stage, teller: newTeller(() => undefined, false) });
  await checkConsole(stage, browser);
  await checkFirstVisit(stage, browser);
  await checkEventPanel(stage, browser);
  await checkLateForms(stage, browser);
  await checkWorkedJourneys(stage, browser);
  await checkVeryFirstVisit(stage.teller, browser);
  await checkEmptyScreens(stage.teller, browser);
} finally {
  await browser.close();
  await server.close();
  await sandbox.close();
}
const failures = stage.teller.failures();
process.stdout.write(failures.length === 0 ? "\ntest:browser: passed\n" : `\ntest:browser: failed\n  ${failures.join("\n  ")}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
