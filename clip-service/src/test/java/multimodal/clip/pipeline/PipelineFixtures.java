package multimodal.clip.pipeline;

import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.testing.TestPictures;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/** What tests of pipelines are put together from. */
final class PipelineFixtures {

    private PipelineFixtures() {}

    static PictureEncoder pictureEncoder() {
        return new PictureEncoder(new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 1));
    }

    static ContentEncoder contentEncoder() {
        return new ContentEncoder(new TextEncoder(), pictureEncoder());
    }

    static Content.Text text(String value) {
        return new Content.Text("text", value);
    }

    static Content.Picture picture(int rgb) {
        return new Content.Picture(file(rgb));
    }

    static PictureFile file(int rgb) {
        return new PictureFile("image.data", TestPictures.png(9, 6, rgb));
    }
}
