// SPDX-License-Identifier: Apache-2.0
// What an operator can do about a command that is there: cancel it, or sign it too where it is held.

import { useState } from 'preact/hooks';
import { get } from './access.js';
import { cancelDocuments, read as readDocument, signed } from './documents.js';
import { nodes } from './fleet.js';
import { key, mayOrder, operators, refreshOperators } from './key.js';
import { send } from './ordering.js';
import { commandLine, count, duration, folded, html, line, moment } from './text.js';

const ENDED = new Set(['succeeded', 'failed']);

/** The documents of a command as they were signed, and whether they are of one piece. */
async function documentsOf(command) {
  const documents = (await get(`commands/${command.id}/documents`)).documents.map(readDocument);
  if (documents.length === 0) throw new Error('the station shows no documents of this command');
  if (!documents.every(({ says }, i) => says.part === i + 1 && says.parts === documents.length)) {
    throw new Error('the parts of this command are not all there, or not in order');
  }
  const common = says => JSON.stringify([says.type, says.id, says.fleet, says.issuer, says.method, says.domain, says.arguments,
    says.startBefore, says.timeoutMs, says.repeatable, says.dryRun]);
  const [{ says: first }] = documents;
  if (first.type !== 'command' || first.id !== command.id) throw new Error('these are the documents of something else');
  if (first.fleet !== operators.value.fleet) throw new Error(`it is for the fleet ${first.fleet}, this is ${operators.value.fleet}`);
  if (!documents.every(({ says }) => common(says) === common(first))) throw new Error('the parts of this command do not say the same');
  return documents;
}

/** Whoever signs means the machines that are known by these names now. */
function checkMachines(documents) {
  for (const { node, key: identity } of documents.flatMap(each => each.says.targets)) {
    const known = nodes.value?.get(node)?.fingerprint;
    if (known !== identity) throw new Error(`it is for another machine that is called ${node}, with the key ${identity}; this one's is ${known ?? 'not known'}`);
  }
}

/** What the line of a command leaves out of its arguments. */
const more = given => Object.entries(given).filter(([name]) => name !== (typeof given.shell === 'string' ? 'shell' : 'command'));

/** @param held whether it waits for signatures */
export function Deciding({ command: read, held }) {
  const [answered, setAnswered] = useState(null);
  const command = answered ?? read;
  const [asked, setAsked] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);

  const tried = async act => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (e) {
      setProblem(e.message);
    }
    setBusy(false);
  };
  const begin = what => tried(async () => {
    await refreshOperators();
    if (!mayOrder.value) throw new Error('this browser has no key that is an operator’s; see Key');
    const documents = await documentsOf(command);
    if (what === 'approve') checkMachines(documents);
    setAsked({ what, documents });
  });
  const sign = () => tried(async () => {
    const documents = await Promise.all(asked.documents.map(each => signed(each.document, key.value, each.signatures)));
    setAnswered(await send(`commands/${command.id}/signatures`, documents));
    setAsked(null);
  });
  const cancel = () => tried(async () => {
    const targets = asked.documents.flatMap(each => each.says.targets);
    const documents = cancelDocuments({ fleet: operators.value.fleet, issuer: key.value.id, targets, command: command.id });
    setAnswered(await send(`commands/${command.id}/cancel`, await Promise.all(documents.map(each => signed(each, key.value)))));
    setAsked(null);
  });

  const failed = problem && html`<p class="problem" role="alert">${line(problem)}</p>`;
  if (asked !== null) {
    const { says } = asked.documents[0];
    const targets = asked.documents.flatMap(each => each.says.targets);
    const approves = asked.what === 'approve';
    return html`
      <section class="sheet" aria-label="What is signed">
        <p>${approves ? 'You sign this, too' : held ? 'You turn this down' : 'You cancel this'}, on
          <b> ${count(targets.length, 'node')}</b>: ${folded(targets.map(each => line(each.node)))}</p>
        <pre tabindex="0" aria-label="Command">${commandLine(says)}</pre>
        ${more(says.arguments).map(([name, value]) => html`
          <p class="facts" key=${name}><span>${line(name)}</span> <code>${line(JSON.stringify(value))}</code></p>`)}
        <p class="facts"><span>${line(`${says.method}.${says.domain}`)}</span> <span>starts before ${moment(says.startBefore)}</span>
          ${says.timeoutMs !== undefined && html`<span>may run ${duration(says.timeoutMs)}</span>`}
          ${says.repeatable && html`<span>repeatable</span>`}
          <span>ordered by ${line(nameOf(says.issuer))}</span></p>
        ${failed}
        <p class="actions">
          <button class=${approves ? 'main' : 'danger'} disabled=${busy} onClick=${approves ? sign : cancel}>
            ${approves ? 'Sign' : held ? 'Turn down' : 'Cancel the command'}</button>
          <button disabled=${busy} onClick=${() => { setAsked(null); setProblem(null); }}>Back</button></p>
      </section>`;
  }
  if (ENDED.has(read.state)) return failed;
  return html`
    ${held && html`<p class="note">It is held: ${count(command.signaturesNeeded ?? 0, 'signature')} are asked for,
      there ${command.signers?.length === 1 ? 'is that' : 'are those'} of ${(command.signers ?? []).map(line).join(', ') || 'nobody'}.</p>`}
    ${failed}
    <p class="actions">
      ${held && html`<button class="main" disabled=${busy} onClick=${() => begin('approve')}>Sign it, too…</button>`}
      <button disabled=${busy} onClick=${() => begin('cancel')}>${held ? 'Turn it down…' : 'Cancel…'}</button>
    </p>`;
}

const nameOf = id => operators.value?.operators.find(each => each.fingerprint === id)?.name ?? id;
