import CCrypto

/// SHA-256 of bytes that come in pieces, by OpenSSL's libcrypto: it is on every machine, where a Swift package would
/// take longer to build than everything else here.
package final class SHA256Hash {
    private let context: OpaquePointer

    /// Starts at no bytes.
    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
        self.context = context
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "a digest cannot fail")
    }

    /// The 32 bytes of the digest; nothing may be added afterwards.
    package func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            precondition(
                EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "a digest is finished once")
            count = 32
        }
    }

    /// The digest of bytes that are all there.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        let hash = SHA256Hash()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finalize()
    }
}
