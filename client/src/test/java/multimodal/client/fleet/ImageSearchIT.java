package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.EqualsFilter;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ListCollectionsRequest;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.v1.Image;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A collection filled, searched and dropped through the gateway. */
@ExtendWith(SharedFleet.class)
class ImageSearchIT {

    private static final String COLLECTION = "ImageSearchIT";
    private static final int PICTURES = 40;
    private static final int PATIENCE_SECONDS = 120;

    private ManagedChannel channel;

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void picturesAreIndexedFoundAndDroppedThroughTheGateway(RunningFleet fleet) throws Exception {
        channel = Channels.open(fleet.gateway());
        ClipServiceGrpc.ClipServiceBlockingStub clip = ClipServiceGrpc.newBlockingStub(channel);

        List<IndexImagesResponse> answers = index();

        assertThat(answers.get(0).getOpened().getModel().getName()).isEqualTo("sticker-clip");
        assertThat(answers.subList(1, answers.size())).hasSize(PICTURES).noneMatch(answer -> answer.getAcknowledgement()
                .hasFailure());
        assertThat(clip.listCollections(ListCollectionsRequest.getDefaultInstance())
                        .getCollectionsList())
                .singleElement()
                .extracting(Collection::getItemCount)
                .isEqualTo((long) PICTURES);
        SearchHit best =
                clip.searchImages(search().setImage(picture(7)).build()).getHits(0);
        assertThat(best.getId()).isEqualTo("picture 7");
        assertThat(best.getScore()).isGreaterThan(0.999f);
        SearchImagesResponse odd =
                clip.searchImages(search().setText("一个红色的圆").setFilter(odd()).build());
        assertThat(odd.getHitsList()).hasSize(10).allMatch(hit -> hit.getMetadataOrThrow("odd")
                .getFlag());
        assertThat(new Metrics(fleet.clipMetrics()).sum("clip_index_commit_time_seconds_count", "ok"))
                .isPositive();

        clip.dropCollection(
                DropCollectionRequest.newBuilder().setCollection(COLLECTION).build());
        assertThat(clip.listCollections(ListCollectionsRequest.getDefaultInstance())
                        .getCollectionsList())
                .isEmpty();
    }

    /** Everything that the service answers to a stream of all pictures. */
    private List<IndexImagesResponse> index() throws Exception {
        CompletableFuture<List<IndexImagesResponse>> all = new CompletableFuture<>();
        StreamObserver<IndexImagesRequest> requests = ClipServiceGrpc.newStub(channel)
                .indexImages(new StreamObserver<>() {
                    private final List<IndexImagesResponse> answers = new ArrayList<>();

                    @Override
                    public void onNext(IndexImagesResponse answer) {
                        answers.add(answer);
                    }

                    @Override
                    public void onError(Throwable error) {
                        all.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {
                        all.complete(answers);
                    }
                });
        requests.onNext(IndexImagesRequest.newBuilder()
                .setConfig(IndexImagesConfig.newBuilder().setCollection(COLLECTION))
                .build());
        for (int number = 0; number < PICTURES; number++) {
            requests.onNext(IndexImagesRequest.newBuilder()
                    .setItem(IndexItem.newBuilder()
                            .setId("picture " + number)
                            .setImage(picture(number))
                            .putMetadata("odd", flag(number % 2 == 1)))
                    .build());
        }
        requests.onCompleted();
        return all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static SearchImagesRequest.Builder search() {
        return SearchImagesRequest.newBuilder().setCollection(COLLECTION);
    }

    private static Filter odd() {
        return Filter.newBuilder()
                .setEquals(EqualsFilter.newBuilder().setKey("odd").setValue(flag(true)))
                .build();
    }

    private static MetadataValue flag(boolean value) {
        return MetadataValue.newBuilder().setFlag(value).build();
    }

    /** A disc whose place and colour no other number has. */
    private static Image picture(int number) throws IOException {
        BufferedImage picture = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        canvas.setColor(Color.getHSBColor(number / (float) PICTURES, 1, 1));
        canvas.fillOval(16 * (number % 6), 16 * (number / 7), 48, 48);
        canvas.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return Image.newBuilder()
                .setData(ByteString.copyFrom(png.toByteArray()))
                .build();
    }
}
