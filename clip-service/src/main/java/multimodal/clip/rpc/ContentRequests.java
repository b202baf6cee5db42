package multimodal.clip.rpc;

import java.util.ArrayList;
import java.util.List;
import multimodal.clip.pipeline.Content;
import multimodal.clip.steps.PictureFile;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Image;
import multimodal.media.MediaException;
import multimodal.media.PictureFormat;

/** Texts and pictures of a request, checked as far as that is cheap. */
final class ContentRequests {

    private static final int MAX_CONTENTS = 256;
    private static final int MAX_TEXT_LENGTH = 10_000;

    private ContentRequests() {}

    /** 1 to 256 texts and pictures in any mixture. */
    static List<Content> contents(String field, List<multimodal.clip.v1.Content> contents, RequestCheck check) {
        List<Content> parsed = new ArrayList<>();
        if (check.violations()
                .require(
                        !contents.isEmpty() && contents.size() <= MAX_CONTENTS,
                        field,
                        contents.size() + " items",
                        "1 to " + MAX_CONTENTS)) {
            for (int index = 0; index < contents.size(); index++) {
                parsed.add(content("%s[%d]".formatted(field, index), contents.get(index), check));
            }
        }
        return parsed;
    }

    private static Content content(String field, multimodal.clip.v1.Content content, RequestCheck check) {
        return switch (content.getContentCase()) {
            case TEXT -> text(field + ".text", content.getText(), check.violations());
            case IMAGE -> new Content.Picture(picture(field + ".image", content.getImage(), check));
            case CONTENT_NOT_SET -> {
                check.violations().add(field, "nothing", "text or image");
                yield new Content.Text(field, "");
            }
        };
    }

    /** A text of 1 to 10,000 characters that is not blank. */
    static Content.Text text(String field, String text, Violations violations) {
        violations.requireText(field, text, MAX_TEXT_LENGTH);
        return new Content.Text(field, text);
    }

    /** A picture whose first bytes say PNG, JPEG or WebP, as its media type does if it has one. */
    static PictureFile picture(String field, Image image, RequestCheck check) {
        PictureFile picture = new PictureFile(field + ".data", image.getData().toByteArray());
        try {
            check.violations()
                    .requireMediaType(
                            field + ".media_type",
                            image.getMediaType(),
                            PictureFormat.detect(picture.bytes()).mediaType());
            check.add(picture);
        } catch (MediaException e) {
            check.violations().add(picture.field(), e.found(), e.expected());
        }
        return picture;
    }
}
