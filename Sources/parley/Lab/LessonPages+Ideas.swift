extension LessonPages {
  static let introduction = """
    # The lessons, program by program

    Four lessons about sockets are where Parley comes from. They describe 46 programs and ideas; here \
    is each of them beside what does the same in Parley.

    `parley lab --list` prints the table in short. `parley lab row N` runs a program with the prompts, \
    lines and bytes of the lesson, so that the lesson can be followed with it at either end; where a \
    lesson fixes an address, `--at ADDRESS` moves it. `parley lab -l L -e E` takes the course's own \
    numbers. The other commands are the tools to work with: data on standard output, remarks on \
    standard error, an exit code that tells what went wrong. This page is printed by \
    `parley lab --lessons`.

    """

  static let ideas = """

    ## The same ideas in other words

    | There | Here | What changes |
    |---|---|---|
    | `Thread(target=f)`, `start()` | `group.addTask { … }` | A task is no thread: thousands of them \
    share the one thread of an event loop, and where a thread would block, a task is put aside. |
    | `join()` | the end of the scope | A task group is not left before its tasks have ended. Nobody \
    can forget to wait, and an error in a task arrives where the group is. |
    | `Queue()` | `Inbox(capacity: 64)` | It is bounded: `send` waits while it is full, so whoever \
    makes faster than others use is slowed down, and memory is not. |
    | `queue.put(None)` | `inbox.finish()` | The end is not an element. The loop over the inbox ends, \
    however many read from it; a `None` ends only one of them. |
    | a lock around shared data | one loop | What lives on one loop is touched by one thread. Between \
    two `await`s nobody comes in between. |
    | a thread cannot be killed | cancellation | A task is asked to end: what it waits for throws \
    `CancellationError` at once, scopes close what they own on the way out, and Ctrl+C is just that. |
    | a daemon thread | no such thing | A task that outlives its scope would use what the scope has \
    closed. |
    | a callback | `for await event in peer.events` | What happens after a message stands below it, and \
    the end of the loop is the end of the events. Where a callback is wanted, `onEvent` takes one. |
    | `socket.close()` in every path | the closure's end | `Connect.to` and `Listener.run` lend a \
    connection to a closure and close it after, also on errors. |

    Row 8 in Swift, with `Countdown` in Examples as the whole program:

    ```swift
    try await withThrowingTaskGroup { group in
      group.addTask { try await countDown(from: 10) }   // Thread(target=…).start()
      group.addTask { try await countUp(to: 5) }
      print("Waiting")
    }                                                   // join(), join()
    print("Goodbye")
    ```

    ## What the lessons could not know

    ### Short reads

    A stream has no messages. What was sent with one call may arrive in ten pieces, and what was sent \
    with ten calls in one piece; a read gives what is there. A short read is therefore not the end, a \
    full read does not mean that there is more, and only an empty read is the end. Whoever wants a \
    message needs a length, a separator or the end of the stream, and a loop that reads until it is \
    there: `read(exactly:)`, `readToEnd(atMost:)`, or a framing.

    There are three lengths in the lessons, and none understands another: ten ASCII digits \
    (`--frame dec10`, rows 6, 7 and 10), four bytes (`u32`, row 27) and two bytes (`u16`, rows 32 to \
    37). All of them count bytes. Counting characters works until the first `è`.

    ### Half close

    A connection is two streams. Ending one (`shutdownWrite()`) tells the peer that nothing more will \
    come and leaves the other one open: that is how a client says "this was my question" and still \
    reads the answer (rows 25, 43 and 45). Closing is not the same: with unread input the kernel \
    resets the connection, and the answer may be lost on its way. So a server that has said its last \
    word reads on until the client has, too.

    ### Both directions at once

    TCP stops a sender whose receiver does not read. Row 29 sends everything before it reads the \
    first byte. The echo fills the buffers towards it, the server cannot send and reads no more, and \
    the buffers towards the server fill: nobody can go on. It happens after some megabytes, which is \
    why small tests pass. Row 30 reads while it sends; that is all it takes.

    ### The backlog

    The number that `listen` gets is how many finished connections may wait to be accepted. Linux takes \
    one more than that. When they are full it does not refuse: it drops what the next client sends, \
    the client tries again after one second, then two, then four, and at last times out. To the client \
    a full server looks like a dead one. Parley's servers let 1,024 wait (`--backlog`).

    ### Ports that stay taken

    After a server has closed its connections their port is kept for a minute, and a program that \
    binds it without `SO_REUSEADDR` is told that the address is in use. Parley's servers set it.

    """
}
