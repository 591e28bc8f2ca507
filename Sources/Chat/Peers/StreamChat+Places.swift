package import Sockets
internal import Wire

extension StreamChat {
  /// Takes a place where somebody is, or may come.
  ///
  /// - Parameters:
  ///   - address: Where it is dialled.
  ///   - isNamed: Whether a person asked for it: then it is never given up.
  ///   - now: The time.
  /// - Returns: What comes of it.
  package mutating func add(
    _ address: SocketAddress, isNamed: Bool, at now: Moment
  ) -> Adding {
    let address = address.unmapped
    guard let port = address.port, port != 0, !address.isUnspecified else { return .impossible }
    guard !own.contains(address) else { return .ourselves }
    if let index = place(address) {
      if isNamed { places[index].isNamed = true }
      return .already
    }
    guard makeRoom(isNamed: isNamed) else { return .full }
    insert(address, isNamed: isNamed, at: now.instant)
    if let link = links.firstIndex(where: { $0.address == address }) {
      links[link].place = address
      let place = places.count - 1
      places[place].state = .linked
      places[place].isNew = false
    }
    if phase == .chatting { dialWhoIsDue(at: now.instant) }
    return .added
  }

  func place(_ address: SocketAddress?) -> Int? {
    address.flatMap { address in places.firstIndex { $0.address == address } }
  }

  private mutating func insert(_ address: SocketAddress, isNamed: Bool, at now: Instant) {
    counts.places += 1
    places.append(
      PeerPlace(
        address, isNamed: isNamed, seed: seed &+ counts.places &* 0x9E37_79B9_7F4A_7C15, at: now))
  }

  /// A place that somebody named takes that of one that nobody did.
  private mutating func makeRoom(isNamed: Bool) -> Bool {
    guard places.count >= StreamChat.placeLimit else { return true }
    guard isNamed, let index = places.firstIndex(where: { !$0.isNamed && $0.isWaiting }) else {
      return false
    }
    places.remove(at: index)
    return true
  }

  // MARK: - Dialling

  mutating func dialWhoIsDue(at now: Instant) {
    places.removeAll {
      $0.isWaiting && !$0.isNamed && !$0.isNew && $0.lostAt + PeerPlace.patience <= now
    }
    for index in places.indices {
      guard case .waiting(let until) = places[index].state, until <= now else { continue }
      places[index].state = .dialling
      let mayUseOwnPort = places[index].refusals < PeerPlace.refusalLimit
      append(.dial(places[index].address, fromOwnPort: mayUseOwnPort))
    }
  }

  /// Takes a connection that we made.
  package mutating func dialled(_ address: SocketAddress, link number: Int, at now: Moment) {
    counts.made += 1
    if let index = place(address) {
      places[index].state = .linked
      places[index].refusals = 0
      places[index].isNew = false
      places[index].isGuess = false
    }
    var link = PeerLink(number, address, isInbound: false, place: address, at: now.instant)
    let other = links.first { $0.claim == address && !$0.isEnding }
    if let other { link.doubt = doubt(about: other, at: now.instant) }
    open(link)
    // Whoever was there last has come in meanwhile.
    if let other, let name = other.name, let place = place(address), !places[place].isOurKind,
      places[place].name == name
    {
      pair(links.count - 1, with: other.number, at: now.instant)
    }
  }

  /// Takes that a place could not be dialled; `why` says what and why.
  package mutating func dialFailed(
    _ address: SocketAddress, _ failure: DialFailure, why: String, at now: Moment
  ) {
    counts.failed += 1
    guard let index = place(address) else { return }
    let isFirst = places[index].isNew
    places[index].isNew = false
    // Meanwhile somebody may have come in from there.
    guard places[index].state == .dialling else { return }
    places[index].wait(from: now.instant)
    switch failure {
    case .portTaken:
      // After one attempt from another port our own has its next turn.
      let count = places[index].refusals
      places[index].refusals = count < PeerPlace.refusalLimit ? count + 1 : 0
    case .other:
      places[index].refusals = 0
      if isFirst, places[index].isNamed {
        show(.remark("\(why); trying again until somebody is there"))
      }
    }
  }

  // MARK: - Links

  /// Takes a connection that somebody else made.
  package mutating func accepted(_ address: SocketAddress, link number: Int, at now: Moment) {
    let address = address.unmapped
    guard links.count < StreamChat.linkLimit, phase == .asking || phase == .chatting else {
      counts.refused += 1
      if phase == .chatting, let name {
        let words = "Too many are here already; try again later."
        let text = ChatText(time: clock.next(at: now), name: name, text: words)
        append(.send(text.compose(), link: number))
      }
      return append(.finish(link: number))
    }
    counts.accepted += 1
    var link = PeerLink(number, address, isInbound: true, place: nil, at: now.instant)
    if let index = place(address) {
      link.place = address
      places[index].isOurKind = true
      places[index].state = .linked
      places[index].isNew = false
      places[index].refusals = 0
    } else if let index = claimable(from: address, name: nil) {
      link.claim = places[index].address
      if places[index].isWaiting {
        places[index].state = .waiting(until: now.instant + PeerPlace.claimDelay)
      }
    } else if let other = silent(on: address.host, at: now.instant) {
      link.doubt = doubt(about: other, at: now.instant)
    }
    open(link)
  }

  private func doubt(about other: PeerLink, at now: Instant) -> PeerLink.Doubt {
    PeerLink.Doubt(other: other.number, until: now + StreamChat.longestDoubt)
  }

  /// One whom we have just dialled and who says nothing, as the lessons' programs do: it may dial us, too.
  private func silent(on host: SocketAddress, at now: Instant) -> PeerLink? {
    links.first { link in
      !link.isInbound && !link.hasSpoken && !link.isEnding && link.doubt == nil
        && link.openedAt + StreamChat.longestDoubt > now && link.address.host == host
        && !links.contains { $0.doubt?.other == link.number }
    }
  }

  private mutating func open(_ link: PeerLink) {
    links.append(link)
    switch phase {
    case .asking: break
    case .chatting: greet(links.count - 1)
    case .ending, .ended: finish(links.count - 1)
    }
  }

  /// A place on a machine that nobody is linked at, and from where somebody with this name may come.
  private func claimable(from address: SocketAddress, name: String?) -> Int? {
    let host = address.host
    return places.firstIndex { place in
      (place.isWaiting || place.state == .dialling) && !place.isOurKind && !place.isGuess
        && place.address.host == host
        && (name == nil || place.name == name)
        && !links.contains { $0.claim == place.address }
    }
  }

  /// What a link's name says about the place that it may come from.
  mutating func reconsider(_ index: Int, at now: Instant) {
    let link = links[index]
    if let place = place(link.place) { return places[place].name = link.name }
    guard link.isInbound else { return }
    if let place = place(link.claim) {
      guard let known = places[place].name else { return }
      if known != link.name { dropClaim(index, at: now) }
    }
    if links[index].claim == nil, let place = claimable(from: link.address, name: link.name) {
      links[index].claim = places[place].address
    }
    // Whoever was there last has come from elsewhere this time.
    if let place = place(links[index].claim), places[place].isWaiting {
      places[place].state = .held(by: link.number)
    }
  }

  /// The link comes from elsewhere, as has turned out.
  mutating func dropClaim(_ index: Int, at now: Instant) {
    if let place = place(links[index].claim),
      places[place].isWaiting || places[place].state == .held(by: links[index].number)
    {
      places[place].state = .waiting(until: now)
    }
    links[index].claim = nil
  }

  /// Takes that a link is gone.
  package mutating func ended(_ ending: LinkEnding, link number: Int, at now: Moment) {
    guard let index = links.firstIndex(where: { $0.number == number }) else { return }
    let link = links.remove(at: index)
    if ending == .tooSlow { counts.cut += 1 }
    // Whoever has several links is still here.
    let other = links.first { $0.party == link.party && !$0.isEnding }
    if phase == .chatting {
      for index in links.indices where links[index].doubt?.other == number { trust(index) }
      if other == nil, !link.hasLeft { remember(link, at: now.instant) }
      for place in places.indices { release(place, from: link, to: other, at: now.instant) }
      places.removeAll { $0.isWaiting && !$0.isNamed && link.hasLeft && $0.address == link.place }
      if other == nil { showEnd(of: link, ending) }
    }
    endIfAlone()
  }

  /// Who dials from its own port can be dialled there; who does not is dialled in vain for a while.
  private mutating func remember(_ link: PeerLink, at now: Instant) {
    let isElsewhere = place(link.claim).map { places[$0].state == .held(by: link.number) } ?? false
    guard link.isInbound, !link.isEnding, !isElsewhere, place(link.address) == nil,
      !own.contains(link.address), makeRoom(isNamed: false)
    else { return }
    insert(link.address, isNamed: false, at: now)
    let place = places.count - 1
    places[place].name = link.name
    places[place].mark = link.mark
    places[place].isNew = false
    places[place].isGuess = true
    places[place].wait(from: now)
  }

  /// Lets a place be dialled again that a link led to, or was held for.
  private mutating func release(
    _ index: Int, from link: PeerLink, to other: PeerLink?, at now: Instant
  ) {
    let place = places[index]
    let isItsPlace = place.address == link.place && place.state == .linked
    guard isItsPlace || place.state == .held(by: link.number) else { return }
    if links.contains(where: { $0.place == place.address }) {
      places[index].state = .linked
      return
    }
    if let other {
      places[index].state = .held(by: other.number)
      return
    }
    places[index].lostAt = now
    places[index].mark = link.mark ?? place.mark
    // Who has no room for us says so, and ends it at once.
    let enough = link.hasSpoken ? PeerPlace.shortTalk : PeerPlace.longSilence
    if link.openedAt + enough <= now { places[index].encourage() }
    places[index].wait(from: now)
  }
}
