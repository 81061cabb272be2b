internal import NIOCore
internal import NIOHTTP1

/// Answers one request of a connection and closes it.
///
/// A connection that is still open after `lifetime`, because its client sends or reads too slowly, is closed. Heads of more than 8 KiB are
/// refused by the decoder, and bodies of more than 64 KiB here; smaller ones are discarded.
final class MetricsConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let headLimit = 8 * 1024
    private static let bodyLimit = 64 * 1024

    private let answers: MetricsAnswers
    private var head: HTTPRequestHead?
    private var bodyBytes = 0

    private init(_ answers: MetricsAnswers) { self.answers = answers }

    /// - Precondition: runs on the event loop of the channel.
    static func configure(_ channel: any Channel, _ answers: MetricsAnswers, lifetime: Duration) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headLimit
        limits.maxHeaderListSize = headLimit
        limits.maxHeaderFieldCount = 64
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: true, withOutboundHeaderValidation: true,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(MetricsConnection(answers))
        let end = channel.eventLoop.scheduleTask(in: TimeAmount(lifetime)) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            if bodyBytes > Self.bodyLimit { respond(context, .plain(.payloadTooLarge, "The body is too large.\n")) }
        case .end: if let head { respond(context, answers.answer(head.method, head.uri)) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func respond(_ context: ChannelHandlerContext, _ answer: MetricsAnswers.Answer) {
        guard let head else { return }
        self.head = nil
        let text = ByteBuffer(string: answer.text)
        var headers: HTTPHeaders = [
            "Content-Type": answer.mediaType, "Content-Length": String(text.readableBytes),
            "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Connection": "close",
        ]
        if let allow = answer.allow { headers.add(name: "Allow", value: allow) }
        let response = HTTPResponseHead(version: head.version, status: answer.status, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
    }
}
