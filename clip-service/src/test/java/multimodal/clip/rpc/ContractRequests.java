package multimodal.clip.rpc;

import com.google.protobuf.ByteString;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.v1.Content;
import multimodal.common.v1.Image;

/** Parts of requests. */
final class ContractRequests {

    private ContractRequests() {}

    static Content text(String text) {
        return Content.newBuilder().setText(text).build();
    }

    static Content picture(byte[] file) {
        return Content.newBuilder().setImage(image(file)).build();
    }

    static Image image(byte[] file) {
        return Image.newBuilder().setData(ByteString.copyFrom(file)).build();
    }

    static Image soundImage() {
        return image(TestPictures.png(8, 8, 0x808080));
    }
}
