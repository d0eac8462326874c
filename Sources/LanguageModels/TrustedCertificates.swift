import NIOSSL

/// Whose certificates an `https://` server may show: those the system trusts, or those of the file that `SSL_CERT_FILE`
/// names, the way OpenSSL and the Python clients of the same servers read it.
enum TrustedCertificates {
    /// The variable that names a file of certificates.
    static let variable = "SSL_CERT_FILE"

    /// The settings for connections.
    ///
    /// - Parameter variables: the environment variables.
    /// - Throws: ``ModelFailure`` when the file that they name cannot be read, or holds no certificate.
    static func configuration(variables: [String: String]) throws(ModelFailure) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        guard let path = variables[variable], !path.isEmpty else { return configuration }
        do {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
        } catch {
            throw ModelFailure(
                .unavailable,
                "\(OneLine.text(path, limit: 200)): no certificates in PEM format can be read from this file, which the "
                    + "environment variable \(variable) names. Name another, or unset it to trust what the system trusts."
            )
        }
        return configuration
    }
}
