// socket.io as a chat: a room each, and with a database a message is kept before it is passed on.
// Arguments: port, and the SQLite database if it is to keep anything.
const { createServer } = require('node:http')
const { Server } = require('socket.io')

const [port, path] = process.argv.slice(2)

function keeper(path) {
  const Database = require('better-sqlite3')
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.exec('CREATE TABLE messages (id INTEGER PRIMARY KEY, room TEXT, author TEXT, content TEXT, created_at INTEGER)')
  const insert = database.prepare('INSERT INTO messages (room, author, content, created_at) VALUES (?, ?, ?, ?)')
  return (room, author, content, now) => Number(insert.run(room, author, content, now).lastInsertRowid)
}

let last = 0
const keep = path ? keeper(path) : () => ++last
const http = createServer()
// The load generator answers no pings.
const io = new Server(http, { transports: ['websocket'], pingInterval: 600_000 })
io.on('connection', (socket) => {
  let joined
  socket.on('join', (room, done) => {
    joined = room
    socket.join(room)
    done()
  })
  socket.on('post', (content) => {
    const now = Date.now()
    const id = keep(joined, socket.id, content, now)
    io.to(joined).emit('message', { id, room: joined, author: socket.id, content, created_at: now })
  })
})
http.listen(Number(port), '127.0.0.1')
