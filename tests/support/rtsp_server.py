"""A real RTSP server on loopback for the tests: one picture, live, 25 frames a second, at rtsp://127.0.0.1:PORT/test.

Usage: /usr/bin/python3 rtsp_server.py PORT IMAGE.png. The image stands at the right of a picture of 640 by 480. Prints
"ready" when it listens; ends when its standard input does. Debian's packages python3-gi, gir1.2-gst-rtsp-server-1.0,
gstreamer1.0-plugins-base and -good are needed; where one of them is missing it ends with status 3 and says which.
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

ELEMENTS = ("pngdec", "videoconvert", "videoscale", "videobox", "imagefreeze", "jpegenc", "rtpjpegpay")


def launch(image):
    return (
        f'( filesrc location="{image}" ! pngdec ! videoconvert ! videoscale'
        " ! video/x-raw,format=I420,width=352,height=352 ! videobox left=-288 top=-64 bottom=-64"
        " ! imagefreeze is-live=true ! video/x-raw,framerate=25/1 ! videoconvert ! video/x-raw,format=I420"
        " ! jpegenc ! rtpjpegpay name=pay0 )"
    )


def main():
    Gst.init(None)
    for element in ELEMENTS:
        if Gst.ElementFactory.find(element) is None:
            print(f"missing: GStreamer element {element}")
            sys.exit(3)
    loop = GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch(sys.argv[2]))
    factory.set_shared(True)
    server.get_mount_points().add_factory("/test", factory)
    if server.attach(None) == 0:
        print(f"port {sys.argv[1]} is taken")
        sys.exit(1)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print("ready", flush=True)
    loop.run()


main()
