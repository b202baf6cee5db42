package multimodal.clip.rpc;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import multimodal.clip.pipeline.ImageSearcher;
import multimodal.clip.pipeline.SearchCursor;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.common.rpc.Violations;

/** Where a page has ended, as a text that goes with one request and no other: a digest of the request, then the cursor. */
final class PageTokens {

    private static final int DIGEST_LENGTH = 16;

    private PageTokens() {}

    static String render(SearchCursor cursor, SearchImagesRequest request) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(digest(request));
            out.writeInt(cursor.hitCount());
            out.writeFloat(cursor.score());
            out.writeUTF(cursor.id());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /** The cursor in the request's token; empty for the first page. */
    static Optional<SearchCursor> parse(SearchImagesRequest request, Violations violations) {
        if (request.getPageToken().isEmpty()) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(
                new ByteArrayInputStream(Base64.getUrlDecoder().decode(request.getPageToken())))) {
            byte[] digest = in.readNBytes(DIGEST_LENGTH);
            SearchCursor cursor = new SearchCursor(in.readInt(), in.readFloat(), in.readUTF());
            boolean isSound = Arrays.equals(digest, digest(request))
                    && cursor.hitCount() > 0
                    && cursor.hitCount() < ImageSearcher.MAX_DEPTH
                    && in.available() == 0;
            if (isSound) {
                return Optional.of(cursor);
            }
        } catch (IllegalArgumentException | IOException e) {
            // No token of ours: told below.
        }
        violations.add(
                "page_token", request.getPageToken(), "next_page_token of the answer to the same request, or empty");
        return Optional.empty();
    }

    private static byte[] digest(SearchImagesRequest request) {
        ByteString content = request.toBuilder().clearPageToken().build().toByteString();
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(content.asReadOnlyByteBuffer());
            return Arrays.copyOf(sha.digest(), DIGEST_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
