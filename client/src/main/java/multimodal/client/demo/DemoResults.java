package multimodal.client.demo;

import java.util.List;

/**
 * All that the demo has made.
 *
 * @param gallery pictures beside those of the runs
 * @param searches among the pictures of the runs and the gallery
 */
record DemoResults(List<DemoRun> runs, List<DemoPicture> gallery, List<DemoSearch> searches) {}
