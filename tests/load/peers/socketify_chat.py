"""uWebSockets through socketify: publish and subscribe, nothing kept. The argument is the port."""

import sys

from socketify import App, OpCode


def upgrade(response, request, context):
    key = request.get_header("sec-websocket-key")
    protocol = request.get_header("sec-websocket-protocol")
    extensions = request.get_header("sec-websocket-extensions")
    response.upgrade(key, protocol, extensions, context, user_data={"room": request.get_query("room")})


def opened(socket):
    socket.subscribe(socket.get_user_data()["room"])
    socket.send("joined", OpCode.TEXT)


def message(socket, content, _code):
    socket.publish(socket.get_user_data()["room"], content, OpCode.TEXT)


app = App()
app.ws("/ws", {"upgrade": upgrade, "open": opened, "message": message, "idle_timeout": 600, "compression": 0})
app.listen({"port": int(sys.argv[1]), "host": "127.0.0.1"})
app.run()
