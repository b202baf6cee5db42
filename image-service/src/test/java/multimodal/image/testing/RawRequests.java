package multimodal.image.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;

/** Requests that a generated message class would not write. */
public final class RawRequests {

    private static final DynamicMessage EMPTY = DynamicMessage.getDefaultInstance(Empty.getDescriptor());

    private RawRequests() {}

    /** Calls {@code GenerateImage} with these bytes as the prompt, UTF-8 or not. */
    public static void generateImage(Channel channel, ByteString prompt) {
        UnknownFieldSet fields = UnknownFieldSet.newBuilder()
                .addField(
                        GenerateImageRequest.PROMPT_FIELD_NUMBER,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(prompt)
                                .build())
                .build();
        MethodDescriptor<DynamicMessage, GenerateImageResponse> method =
                ImageServiceGrpc.getGenerateImageMethod().toBuilder(
                                ProtoUtils.marshaller(EMPTY),
                                ProtoUtils.marshaller(GenerateImageResponse.getDefaultInstance()))
                        .build();
        DynamicMessage request = EMPTY.toBuilder().setUnknownFields(fields).build();
        ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, request)
                .forEachRemaining(response -> {});
    }
}
