"""A minimal chat as FastAPI's documentation would have it: a message is kept, then sent to each socket of the room."""

import os
from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlalchemy import String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine(f"sqlite:///{os.environ['CHAT_DATABASE']}")


@event.listens_for(engine, "connect")
def pragmas(connection, _record):
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str] = mapped_column(String, index=True)
    content: Mapped[str] = mapped_column(String)


Base.metadata.create_all(engine)
app = FastAPI()
rooms: dict[str, set[WebSocket]] = defaultdict(set)


@app.websocket("/ws")
async def chat(socket: WebSocket, room: str):
    # Before the answer, so that whoever has it hears everything.
    rooms[room].add(socket)
    await socket.accept()
    try:
        while True:
            content = await socket.receive_text()
            with Session(engine) as session:
                message = Message(room=room, content=content)
                session.add(message)
                session.commit()
                frame = {"id": message.id, "room": room, "content": content}
            for other in list(rooms[room]):
                await other.send_json(frame)
    except WebSocketDisconnect:
        rooms[room].discard(socket)
