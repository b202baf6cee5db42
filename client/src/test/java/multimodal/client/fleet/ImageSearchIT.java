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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import multimodal.client.testing.CommandRun;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A collection filled, searched and dropped through the gateway. */
@ExtendWith(SharedFleet.class)
class ImageSearchIT {

    private static final String COLLECTION = "ImageSearchIT";
    private static final int PICTURES = 40;
    private static final int PATIENCE_SECONDS = 120;

    @TempDir
    Path directory;

    private ManagedChannel channel;

    @BeforeEach
    void connect(RunningFleet fleet) {
        channel = Channels.open(fleet.gateway());
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void picturesAreIndexedFoundAndDroppedThroughTheGateway(RunningFleet fleet) throws Exception {
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

    @Test
    void aFolderIsIndexedAndSearchedByCommands(RunningFleet fleet) throws Exception {
        for (int number = 0; number < 3; number++) {
            Files.write(
                    directory.resolve(number + ".png"),
                    picture(number).getData().toByteArray());
        }
        Path second = directory.resolve("1.png");

        assertThat(fleet(fleet, "index", directory.toString(), "--meta", "round=true"))
                .isEqualToIgnoringNewLines("pictures: 3 indexed, 0 there before, 0 failed");
        Files.write(second, picture(30).getData().toByteArray());
        assertThat(fleet(fleet, "index", directory.toString(), "--meta", "round=true"))
                .isEqualToIgnoringNewLines("pictures: 1 indexed, 2 there before, 0 failed");
        assertThat(fleet(fleet, "search", "--like", second.toString(), "-k", "1"))
                .containsPattern("1 +1\\.000 +" + second + " +round=true");
        assertThat(fleet(fleet, "search", "一个红色的圆", "--where", "file=2.png", "--where", "round=true")
                        .lines())
                .hasSize(3);
        assertThat(fleet(fleet, "search", "a circle", "--where", "round=false"))
                .isEqualToIgnoringNewLines("nothing found");
        assertThat(fleet(fleet, "collections", "--drop", "pictures"))
                .isEqualToIgnoringNewLines("dropped pictures (3 pictures)");
    }

    private static String fleet(RunningFleet fleet, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--gateway", fleet.gateway()));
        CommandRun run = CommandRun.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        return run.out();
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
