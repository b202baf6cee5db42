package multimodal.gateway.workflow;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A node whose inputs are all there.
 *
 * @param key equal for calls that have the same result, whoever makes them; empty if the result depends on chance or on what
 *     the service has stored
 */
record NodeCall(Node node, Message request, Optional<String> key) {
    private static final String SEED = "seed";

    static NodeCall of(Node node, Message request) {
        boolean isReproducible = node.type().repeatable() && !node.type().dependsOnState() && isReproducible(request);
        return new NodeCall(
                node,
                request,
                isReproducible ? Optional.of(node.type().method() + " " + digest(request)) : Optional.empty());
    }

    /** Whether every seed that {@code request} can have is set: what takes part in chance has one. */
    private static boolean isReproducible(Message request) {
        FieldDescriptor seed = request.getDescriptorForType().findFieldByName(SEED);
        if (seed != null && !request.hasField(seed)) {
            return false;
        }
        return request.getAllFields().values().stream()
                .flatMap(value -> value instanceof List<?> list ? list.stream() : java.util.stream.Stream.of(value))
                .filter(Message.class::isInstance)
                .allMatch(message -> isReproducible((Message) message));
    }

    private static String digest(Message request) {
        try (DigestOutputStream stream =
                new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            CodedOutputStream coded = CodedOutputStream.newInstance(stream);
            coded.useDeterministicSerialization();
            request.writeTo(coded);
            coded.flush();
            return HexFormat.of().formatHex(stream.getMessageDigest().digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
