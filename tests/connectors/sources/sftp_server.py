"""An SFTP server for tests, as a process of its own: `python sftp_server.py PORT FOLDER HOST_KEY USER PASSWORD`."""

import asyncio
import sys

import asyncssh


async def serve(port, folder, host_key, user, password):
    class Door(asyncssh.SSHServer):
        def password_auth_supported(self):
            return True

        def validate_password(self, name, given):
            return (name, given) == (user, password)

    def files(channel):
        return asyncssh.SFTPServer(channel, chroot=folder)

    await asyncssh.create_server(Door, "127.0.0.1", int(port), server_host_keys=[host_key], sftp_factory=files)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
