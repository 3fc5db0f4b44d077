export async function verifyArtifacts() {}
