/** A server of its own for the tests that talk with another machine. */
import { type Child, run, spawn } from "../../mod.ts";
import { has, until } from "./processes.ts";

/** Whether a server can be run. Only root can let anybody in. */
export const CAN_SSH = has("/usr/sbin/sshd") && has("ssh") && Deno.uid() === 0;

/** A server that runs. */
export interface Server extends AsyncDisposable {
  /** What `ssh` needs to get in, up to the name of the host. */
  readonly args: readonly string[];
}

/** Starts `sshd` on loopback, with keys made for it, for this user alone. */
export async function startSshd(): Promise<Server> {
  const folder = await Deno.makeTempDir({ prefix: "sshd-" });
  const dispose = async (child?: Child) => {
    await child?.stop();
    // A session that ends later than the server holds its stderr.
    await child?.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    for (const name of ["host", "user"]) {
      await run("ssh-keygen", [
        ...["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/${name}`],
      ]);
    }
    await Deno.copyFile(`${folder}/user.pub`, `${folder}/authorized`);
    await Deno.mkdir("/run/sshd", { recursive: true, mode: 0o755 });
    const port = freePort();
    const options = {
      Port: port,
      ListenAddress: "127.0.0.1",
      HostKey: `${folder}/host`,
      AuthorizedKeysFile: `${folder}/authorized`,
      PidFile: "none",
      UsePAM: "no",
      StrictModes: "no",
      PasswordAuthentication: "no",
      PermitRootLogin: "prohibit-password",
    };
    const child = spawn("/usr/sbin/sshd", [
      ...["-D", "-e", "-f", "/dev/null"],
      ...Object.entries(options).flatMap(([name, value]) => [
        "-o",
        `${name}=${value}`,
      ]),
    ]);
    if (!await until(() => isListening(port))) {
      await child.stop();
      throw new Error((await child.status).stderrTail);
    }
    return {
      args: [
        ...["-F", "/dev/null", "-i", `${folder}/user`, "-p", String(port)],
        ...["-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes"],
        ...["-o", `UserKnownHostsFile=${folder}/known`, "-o", "LogLevel=ERROR"],
        "127.0.0.1",
      ],
      [Symbol.asyncDispose]: () => dispose(child),
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Whether somebody listens there, without a connection that is logged. */
function isListening(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const sockets = Deno.readTextFileSync("/proc/net/tcp");
  return sockets.includes(`0100007F:${hex} 00000000:0000 0A`);
}
