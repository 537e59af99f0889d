"""A real RTSP server on loopback for the tests: a live test pattern, 25 frames a second, at rtsp://127.0.0.1:PORT/test.

Usage: /usr/bin/python3 rtsp_server.py PORT. Prints "ready" when it listens; ends when its standard input does.
Debian's packages python3-gi, gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-base and -good are needed; where one
of them is missing it ends with status 3 and says which.
"""

import sys

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer
except (ImportError, ValueError) as error:
    print(f"missing: {error}")
    sys.exit(3)

LAUNCH = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
    " ! jpegenc ! rtpjpegpay name=pay0 )"
)


def main():
    Gst.init(None)
    for element in ("videotestsrc", "jpegenc", "rtpjpegpay"):
        if Gst.ElementFactory.find(element) is None:
            print(f"missing: GStreamer element {element}")
            sys.exit(3)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH)
    factory.set_shared(True)
    server.get_mount_points().add_factory("/test", factory)
    if server.attach(None) == 0:
        print(f"port {sys.argv[1]} is taken")
        sys.exit(1)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print("ready", flush=True)
    loop.run()


main()
