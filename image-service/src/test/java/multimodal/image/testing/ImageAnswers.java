package multimodal.image.testing;

import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImageServiceGrpc;

/** What image-service answers. */
public final class ImageAnswers {

    private ImageAnswers() {}

    /** All answers, once the stream has ended; throws what it ended with if not well. */
    public static List<GenerateImageResponse> generated(Channel channel, GenerateImageRequest request) {
        List<GenerateImageResponse> responses = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(channel).generateImage(request).forEachRemaining(responses::add);
        return responses;
    }

    /** The result, which is the last of them. */
    public static GenerateImageResult result(Channel channel, GenerateImageRequest request) {
        List<GenerateImageResponse> responses = generated(channel, request);
        return responses.get(responses.size() - 1).getResult();
    }
}
