// What a machine must have before anything can be installed. Pure: the answers of the programs are passed in.

/** One sentence for each thing that is missing or too old; empty when all is there. */
export function missingTools({ needsJava, needsMaven, needsGo, nodeVersion, javaHome, ask }) {
  const missing = [];
  if (!isAtLeast(nodeVersion, [20, 19])) {
    missing.push(`Node ${nodeVersion} is too old: install Node 20.19 or newer (24 is used from then on).`);
  }
  if (needsJava) {
    const java = javaHome ? `${javaHome}/bin/java` : 'java';
    const version = /version "([^"]+)"/.exec(ask(java, ['-version']) ?? '')?.[1];
    if (version === undefined)
      missing.push(`Java is missing: install Java 17 or newer (Keycloak runs on it; looked for ${java}).`);
    else if (!isAtLeast(version, [17]))
      missing.push(`Java ${version} is too old: install Java 17 or newer (Keycloak runs on it).`);
  }
  if (needsMaven && ask('mvn', ['-v']) === undefined) {
    missing.push('Maven is missing: install Maven 3 (mvn), which fetches Keycloak.');
  }
  if (needsGo && ask('go', ['version']) === undefined) {
    missing.push(
      'Go is missing: install Go 1.26 or newer (go), which builds nats-server and fetches the validation contracts.',
    );
  }
  return missing;
}

function isAtLeast(version, minimum) {
  const parts = version.split(/[.+_-]/).map(Number);
  for (const [index, wanted] of minimum.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
