extension String {
    /// Runs `body` with the bytes of the text, as `withUTF8` does, keeping the type of what it throws.
    func withUTF8Bytes<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var text = self
        return try text.withUTF8 { bytes in
            Swift.Result { () throws(Failure) in try body(bytes) }
        }.get()
    }
}
